"""The numbers that a page said when somebody last read them: none changes unnoticed.

In recorded/said/ is a file for each page: its sections, and the numbers in each, in order. Where
there is one, `lesson check` compares; `lesson coverage --accept` writes it anew.
"""

import difflib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from lesson_engine.core import files
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.quantities import Quantity, quantities

BETWEEN = " | "
ACCEPT = "if that is right, `lesson coverage --accept` notes it"


def path_of(page: Episode, lesson: Lesson) -> Path:
    """The file in which a page's numbers are noted."""
    return lesson.provenance_folder / "said" / page.path.with_suffix(".json")


def accept(page: Episode, lesson: Lesson) -> bool:
    """Note what a page says now; gives True if that has changed."""
    sections = {
        name: BETWEEN.join(one.text for one in found) for name, found in _sections(page).items()
    }
    text = json.dumps(sections, indent=1, ensure_ascii=False) + "\n"
    return files.write(path_of(page, lesson), text)


def changes(page: Episode, lesson: Lesson) -> list[LessonError]:
    """Numbers that are not those which were noted, each with its line; [] if none were."""
    path = path_of(page, lesson)
    if not path.is_file():
        return []
    try:
        noted = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (ValueError, RecursionError) as error:
        message = f"cannot be read: {error}; remove it, then `lesson coverage --accept {page.path}`"
        return [LessonError(lesson.shown(path), None, message)]
    now = _sections(page)
    faults = []
    for name in [*now, *(name for name in noted if name not in now)]:
        before = [text for text in noted.get(name, "").split(BETWEEN) if text]
        faults += list(_changes(page, name, before, now.get(name, [])))
    return faults


def _sections(page: Episode) -> dict[str, list[Quantity]]:
    """Heading -> the numbers below it, in order; a heading that recurs has all of them."""
    found: dict[str, list[Quantity]] = {}
    for one in quantities(page):
        found.setdefault(one.section, []).append(one)
    return found


def _changes(
    page: Episode, section: str, before: Sequence[str], now: Sequence[Quantity]
) -> Iterator[LessonError]:
    texts = [one.text for one in now]
    matcher = difflib.SequenceMatcher(None, before, texts, autojunk=False)
    for kind, a, b, first, last in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone, new = ", ".join(before[a:b]), ", ".join(texts[first:last])
        line = now[min(first, len(now) - 1)].line if now else _line_of(page, section)
        if not gone:
            message = f"{new} is new here and nobody has read it; {ACCEPT}"
        elif not new:
            message = f"{gone} stood here and is gone; {ACCEPT}"
        else:
            message = f"this says {new}, and said {gone} when it was last read; {ACCEPT}"
        yield LessonError(page.path, line, message)


def _line_of(page: Episode, section: str) -> int | None:
    return next((each.line for each in page.headings if each.text == section), None)
