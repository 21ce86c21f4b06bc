"""What is odd about a lesson as a whole: names that collide, and what is neither run nor shown.

Each oddity is one sentence, which `lesson build`, `check` and `adopt` say. None of them stops one.
"""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from lesson_engine.core import reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import CONFIG, NOT_READ, PAGE_FOLDERS, Lesson
from lesson_engine.core.scripts import script_name

KEYS = (  # of the Workbench's config.yaml, which may have others of a lesson's own
    "carpentry title created keywords life_cycle license license_url source branch contact lang "
    "url description workbench-beta sandpaper varnish pegboard analytics disqus handout "
    "disable_sidebar_numbering"
).split()
MADE = ("404", "aio", "citation", "images", "key-points", "search")  # at the top of the site
REFUSED = re.compile(r'[<>:"|?*\\\[\]]')  # by Windows; brackets by pytest
ANNOYING = 0.85  # how alike two keys are that may be one


def oddities(lesson: Lesson) -> list[LessonError]:
    """Everything that is odd about a lesson as a whole."""
    pages = [path for path in lesson.page_paths() if path.is_file()]
    words = lesson.words.oddity
    found = [LessonError(CONFIG, lesson.line_of("lang"), words)] if words else []
    found += [*_unknown_keys(lesson), *_not_read(lesson), *_old_template(lesson)]
    for path in pages:
        refused = REFUSED.search(path.name)
        if refused is not None:
            message = f"a name with {refused[0]} is refused by other systems and tools; rename it"
            found.append(LessonError(lesson.shown(path), None, message))
    broken = shared_links(lesson)
    return [*found, *([broken] if broken else []), *_collisions(lesson, pages)]


def shared_links(lesson: Lesson) -> LessonError | None:
    """What is wrong with links.md, and would be so on every page; None if all is well."""
    path = lesson.root / "links.md"
    try:
        if path.is_file():
            reader.read_file(path, lesson.shown(path))
    except LessonError as error:
        return error
    return None


def _unknown_keys(lesson: Lesson) -> Iterator[LessonError]:
    """Keys that look like a known one; others may be a lesson's own."""
    known = [*KEYS, *PAGE_FOLDERS]
    for key in map(str, lesson.config):
        close = difflib.get_close_matches(key.lower(), known, 1, ANNOYING)
        if key not in known and close:
            message = f"'{key}:' means nothing here; did you mean '{close[0]}:'?"
            yield LessonError(CONFIG, lesson.line_of(key), message)


def _not_read(lesson: Lesson) -> Iterator[LessonError]:
    for folder in PAGE_FOLDERS:
        names = sorted(
            path.name
            for path in (lesson.root / folder).glob("*")
            if path.suffix.lower() in NOT_READ and path.is_file()
        )
        if names:
            message = f"not run and not shown, as only .md is read here: {', '.join(names)}"
            yield LessonError(folder, None, message)


def _old_template(lesson: Lesson) -> Iterator[LessonError]:
    names = [name for name in ("_config.yml", "_episodes") if (lesson.root / name).exists()]
    if names:
        message = "belongs to the template from before 2022 and is not read; remove it"
        yield from (LessonError(name, None, message) for name in names)


def _collisions(lesson: Lesson, pages: Sequence[Path]) -> Iterator[LessonError]:
    for path in pages:
        if path.parent == lesson.root and path.stem.lower() in MADE:
            if path.stem.lower() == "search":
                message = "the page for searching has this name and takes its place; rename it"
            else:
                message = "takes the place of a page of this name that is made from the episodes"
            yield LessonError(lesson.shown(path), None, message)
    for first, second in _alike(pages, lambda path: str(path).casefold()):
        message = f"differs from {first.name} in case only: Windows and macOS keep one of them"
        yield LessonError(lesson.shown(second), None, message)
    for first, second in _alike(pages, lambda path: path.name):
        message = (
            f"has the name of {lesson.shown(first)}: both are shown here, and the Workbench, "
            "which has one folder for all pages, loses one; rename it"
        )
        yield LessonError(lesson.shown(second), None, message)
    yield from same_scripts(lesson)


def same_scripts(lesson: Lesson) -> Iterator[LessonError]:
    """Episodes whose script would replace another one's."""
    for first, second in _alike(lesson.episode_paths(), lambda path: script_name(path.stem)):
        name = script_name(second.stem)
        message = f"its script would be {name}, as that of {first.name} is; rename one of them"
        yield LessonError(lesson.shown(second), None, message)


def _alike(paths: Iterable[Path], key: Callable[[Path], str]) -> Iterator[tuple[Path, Path]]:
    """(the first, another) of the paths that share a key, such as a name."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        groups[unicodedata.normalize("NFC", key(path))].append(path)
    for first, *others in groups.values():
        yield from ((first, other) for other in others)
