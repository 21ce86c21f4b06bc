"""The files that a lesson's code works with, and how a notebook saved on its own gets them."""

import contextlib
import functools
import json
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from lesson_engine.core import reader, scripts
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Episode, Hidden, Skeleton

HERE = "scripts"  # the folder that all code runs in
STYLE = f"{HERE}/matplotlibrc"  # which matplotlib reads where it is started
TEXT = re.compile(r"""(?:(["'])(?P<text>[^"'\n]+)\1)""")  # in Python; "{…}" stands for anything
IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)|%run\s+(?:-\w\s+)*(\S+?)(?:\.py)?\s*$", re.M)
FETCH = """\
# {about}
import os
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

needed = {needed}
if not all(Path("..", name).is_file() for name in needed):
    folder = Path({folder})
    for name in needed:
        path = folder / name
        if not path.is_file():
            print({fetching}, name)
            try:
                content = urlopen({site} + quote(name)).read()
            except OSError as error:
                raise OSError(name + ": " + {missing}) from error
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (folder / "scripts").mkdir(exist_ok=True)
    os.chdir(folder / "scripts")"""
LOOK = """\
# {about}
from pathlib import Path

for name in {needed}:
    if not Path("..", name).is_file():
        raise FileNotFoundError(name + ": " + {missing})"""


def folder_name(lesson: Lesson) -> str:
    """What a learner's folder of the lesson is called: as its site or repository, or "lesson"."""
    for key in ("url", "source"):
        path = urlsplit(str(lesson.config.get(key, ""))).path
        name = re.sub(r"[^\w.-]+", "-", posixpath.basename(path.rstrip("/"))).strip(".-")
        if name:
            return name
    return "lesson"


def working_files(lesson: Lesson, left_out: Collection[str] = ()) -> dict[str, Path]:
    """What code finds around it: place in a learner's folder -> file here.

    Args:
        lesson: the lesson.
        left_out: names of further files and folders that are not wanted.
    """
    unwanted = {*left_out, *lesson.left_alone}
    found = {}
    for name, folder in lesson.beside_code.items():
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not unwanted.intersection(inside.parts):
                found[f"{name}/{inside.as_posix()}"] = path
    return found


class Needs:
    """What the code of a lesson's episodes finds around it; each episode is looked at once.

    Args:
        lesson: the lesson.
    """

    def __init__(self, lesson: Lesson) -> None:
        self.lesson, self.known = lesson, working_files(lesson)
        self._found: dict[Path, set[str]] = {}

    def of(self, episode: Episode) -> list[str]:
        """Places of the files that an episode's code reads, imports or runs, in order of names.

        What is read is found by the names that the code has written out, such as
        "../data/cat.png".
        """
        path = self.lesson.root / episode.path
        if path not in self._found:
            self._found[path] = self._looked_for(episode, self.lesson.path_before(path))
        return sorted(self._found[path])

    @functools.cached_property
    def of_any(self) -> list[str]:
        """The smallest file that any episode needs, in a list; [] if none needs any.

        A notebook without needs of its own works in the same folder as the others: what one of
        them saves, the next one may read.
        """
        found: set[str] = set()
        for path in self.lesson.episode_paths():
            with contextlib.suppress(LessonError):  # the site shows a notice in the page's place
                found.update(self.of(reader.read_page(self.lesson, path)))
        size = {name: self.known[name].stat().st_size for name in found & set(self.known)}
        return sorted(size, key=lambda name: (size[name], name))[:1]

    def _looked_for(self, episode: Episode, before: Path | None) -> set[str]:
        """What an episode's code names, and that of those from which it goes on."""
        pieces: list[Block | Hidden | Skeleton] = [*episode.blocks, *episode.hidden]
        code = [piece.source for piece in (*pieces, *episode.skeletons)]
        found = set(_read_in(code, self.known))
        if before is not None:  # the notebook begins by running that one's script
            found.add(f"{HERE}/{scripts.script_name(before.stem)}")
            found.update(self.of(reader.read_page(self.lesson, before)))
            found.update(_read_in([self.lesson.script_start], self.known))
        if STYLE in self.known and any("matplotlib" in text for text in code):
            found.add(STYLE)
        return found


def _read_in(texts: Collection[str], known: Mapping[str, Path]) -> Iterator[str]:
    """Places that code names, and those that the modules it imports name."""
    waiting = list(texts)
    seen: set[str] = set()
    while waiting:
        text = waiting.pop()
        for name in {*_named(text, known), *_imported(text, known)} - seen:
            seen.add(name)
            yield name
            if name.endswith(".py"):
                waiting.append(known[name].read_text("utf-8", errors="replace"))


def _named(text: str, known: Mapping[str, Path]) -> Iterator[str]:
    for match in TEXT.finditer(text):
        wanted = posixpath.normpath(posixpath.join(HERE, match["text"].replace("\\", "/")))
        pattern = re.sub(r"\{[^{}]*\}", "*", wanted)
        folder, _, name = pattern.rpartition("/")
        # "*" or "{name}.csv" alone may be any file, most likely one that the code itself makes
        if folder != HERE and folder or posixpath.splitext(name)[0].strip("*?.") and folder:
            yield from _matching(pattern, known)


def _matching(pattern: str, known: Mapping[str, Path]) -> Iterator[str]:
    """A place, or what a pattern may stand for, and all that is in it if it's a folder."""
    if not any(sign in pattern for sign in "*?["):  # most are names, for which this is enough
        yield from (name for name in known if name == pattern or name.startswith(f"{pattern}/"))
        return
    inside = f"{pattern}/*"
    yield from (name for name in known if fnmatchcase(name, pattern) or fnmatchcase(name, inside))


def _imported(text: str, known: Mapping[str, Path]) -> Iterator[str]:
    for match in IMPORT.finditer(text):
        name = f"{HERE}/{match[1] or match[2]}.py"
        if name in known:
            yield name


def first_cell(needs: Needs, episode: Episode) -> str:
    """Code that a notebook begins with, so that it runs from any folder; "" if it needs nothing.

    It fetches from the published site what is not there; without one it says what is missing.
    """
    needed = needs.of(episode) or needs.of_any
    if not needed:
        return ""
    lesson, words = needs.lesson, needs.lesson.words
    site = str(lesson.config.get("url", "")).rstrip("/")
    code = FETCH if site else LOOK
    names = "".join(f"    {_quoted(name)},\n" for name in needed)
    return code.format(
        about=words("file.fetch" if site else "file.look"),
        needed=f"[\n{names}]",
        folder=_quoted(folder_name(lesson)),
        fetching=_quoted(words("file.fetching")),
        site=_quoted(f"{site}/"),
        missing=_quoted(words("file.not_fetched")),
    )


def _quoted(text: str) -> str:
    """A text in Python."""
    return json.dumps(text, ensure_ascii=False)
