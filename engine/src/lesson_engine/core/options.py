"""What a maintainer may write below [tool.lesson] in pyproject.toml, and what is wrong with it."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, get_type_hints

import msgspec
from msgspec import Meta

from lesson_engine.core.errors import LessonError

FILE = "pyproject.toml"
Seconds = Annotated[float, Meta(gt=0, description="a number of seconds, such as 600")]
Share = Annotated[float, Meta(ge=0, description="a number, such as 0.05; 0 allows none")]
Words = Annotated[tuple[str, ...], Meta(description='a list of text, such as ["cat", "dog"]')]
YesOrNo = Annotated[bool, Meta(description="true or false")]


class DayOptions(msgspec.Struct, frozen=True):
    """One [[tool.lesson.days]]. Attributes: as written; what they mean is in lesson.Day."""

    title: Annotated[str, Meta(description='text, such as "Day 1"')]
    start: Annotated[str, Meta(description='a time, such as "09:00"')]
    plan: Annotated[
        tuple[str, ...],
        Meta(
            min_length=1,
            description='a list of episodes and breaks, such as ["01-begin.md", "Break: 20"]',
        ),
    ]


class Options(msgspec.Struct, frozen=True):
    """Everything that can be chosen; see Lesson for what the choices do.

    Attributes: as in lesson.Lesson, but for data_source, which is text here: a path that
        starts from the lesson's folder.
    """

    rules: Annotated[
        Literal["workbench", "strict"], Meta(description='"workbench" or "strict"')
    ] = "workbench"
    timeout: Seconds = 600
    largest_tolerance: Share = 0.05
    largest_figure_tolerance: Share = 0.05
    data_source: Annotated[
        str | None, Meta(description='the path of a Python file, such as "data/source.py"')
    ] = None
    data_words: Words = ()
    setup: Annotated[str, Meta(description="code, such as 'import numpy as np'")] = ""
    versions_of: Words = ()
    environment: Annotated[
        dict[str, str], Meta(description='a table of text, such as { LANG = "C" }')
    ] = {}
    pass_variables: Words = ()
    scratch_folders: Words = ()
    sanitise: Annotated[
        dict[str, str], Meta(description="a table of regular expressions and what replaces each")
    ] = {}
    given: Annotated[
        dict[str, str], Meta(description="a table of regular expressions and why each is so")
    ] = {}
    independent_episodes: YesOrNo = False
    one_session: YesOrNo = False
    longest_stretch: Annotated[
        int, Meta(ge=0, description="a number of words, such as 250; 0 for no limit")
    ] = 0
    challenge_minutes: YesOrNo = False
    beside_episodes: Words = ()
    script_start: Annotated[
        str, Meta(pattern=r"^[^\n]*\Z", description="one line of code, such as 'import find_data'")
    ] = ""
    colab_branch: Annotated[
        str, Meta(pattern=r"^[\w./-]*\Z", description='the name of a branch, such as "notebooks"')
    ] = ""
    days: Annotated[
        tuple[dict[str, Any], ...],
        Meta(description="written as tables: [[tool.lesson.days]], with title, start and plan"),
    ] = ()


def fail(message: str) -> NoReturn:
    """Raise LessonError for a part of [tool.lesson]."""
    raise LessonError(FILE, None, f"[tool.lesson]: {message}")


def read_options(path: Path) -> Options:
    """What a pyproject.toml says below [tool.lesson]; the defaults if there is no such file.

    Raises: LessonError if it is not TOML, and for an option that is unknown or not what it
        has to be.
    """
    if not path.is_file():
        return Options()
    try:
        tool = tomllib.loads(path.read_text("utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LessonError(FILE, None, f"is not TOML: {error}") from error
    given = tool.get("lesson", {}) if isinstance(tool, dict) else {}
    if not isinstance(given, dict):
        fail("is a table of options, such as timeout = 600")
    options = Options(**_checked(given, Options, ""))
    if options.one_session and options.independent_episodes:
        fail("one_session and independent_episodes contradict each other; choose one")
    for name in ("sanitise", "given"):
        _check_patterns(name, getattr(options, name))
    for pattern, by in options.sanitise.items():
        try:
            re.sub(pattern, by, "")
        except (re.error, IndexError) as error:
            fail(f"sanitise: {by!r} cannot take the place of {pattern!r}: {error}")
    return options


def _check_patterns(name: str, table: dict[str, str]) -> None:
    for pattern in table:
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            fail(f"{name}: {pattern!r} is not a regular expression: {error}")


def read_day(entry: dict[str, Any], place: int) -> DayOptions:
    """One day as it is written.

    Args:
        entry: what TOML gives.
        place: of the day, from 1.

    Raises: LessonError for a key that is missing, unknown or not what it has to be.
    """
    where = f"day {place} of days"
    for key in DayOptions.__struct_fields__:
        if key not in entry:
            fail(f"{where} lacks {key}; a day has title, start and plan")
    return DayOptions(**_checked(entry, DayOptions, f" of {where}"))


def _checked(given: dict[str, Any], kind: type[msgspec.Struct], where: str) -> dict[str, Any]:
    """The values, each of the type that its key has in `kind`."""
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for key, value in given.items():
        if key not in hints:
            fail(f"'{key}'{where} is not known; there are {', '.join(hints)}")
        try:
            found[key] = msgspec.convert(value, hints[key])
        except msgspec.ValidationError:
            (meta,) = hints[key].__metadata__
            fail(f"{key}{where} is {meta.description}; it says {value!r}")
    return found
