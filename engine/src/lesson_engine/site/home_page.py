"""What the home page has beside its text: its top, the schedule, the list of pages, its end."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from docutils import nodes

from lesson_engine.core import pandoc, reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.site import citation, landing, myst, schedule

SCHEDULE_HERE = re.compile(r"(?m)^<!--\s*schedule\s*-->\s*$")  # else the schedule comes last

UNNUMBERED = "disable_sidebar_numbering"  # in config.yaml, as in the Workbench


def completed(lesson: Lesson, text: str, view: str) -> str:
    """The home page's text, with all that it has beside it.

    Args:
        lesson: the lesson.
        text: the home page's, as written.
        view: "instructor" or "learner": whose pages are listed.

    Raises: LessonError for a home page or an episode that cannot be read.
    """
    pages = {path: _read(lesson, path) for path in lesson.episode_paths()}
    text = titled(text, lesson.title)
    return text + schedule.markdown(lesson, list(pages.values())) + _menu(lesson, pages, view)


def titled(text: str, title: str) -> str:
    """A home page without a title has the lesson's, as in the Workbench.

    Raises: LessonError if the page cannot be read.
    """
    front_matter = reader.read(text, "index.md").front_matter
    if "title" in front_matter:
        return text
    entry = f"title: {json.dumps(title, ensure_ascii=False)}\n"
    if not front_matter:
        return f"---\n{entry}---\n\n{text}"
    return text.replace("---\n", f"---\n{entry}", 1)


def frame(lesson: Lesson, page: Episode, section: nodes.Element, view: str) -> list[Path]:
    """Complete the parsed home page, in which the schedule stands at the end.

    Args:
        lesson: the lesson.
        page: the home page, as it was read.
        section: the same, parsed.
        view: "instructor" or "learner".

    Returns: the files whose words it now holds.
    Raises: LessonError for front matter or a CITATION.cff that cannot be understood.
    """
    said = landing.of(lesson, page.front_matter)
    first = said.first if view == "instructor" else ()
    titles = {path: pandoc.plain(_read(lesson, path).title) for path in first}
    title = next(section.findall(nodes.title))
    place = section.index(title) + 1
    minutes = sum(_read(lesson, path).minutes for path in lesson.workshop_paths())
    section[place:place] = landing.top(lesson, said, titles, minutes)
    _move_schedule(page, section, lesson.words("schedule.schedule"))
    cited = citation.load_citation(lesson)
    if cited is None:
        return [*first]
    section += landing.ending(cited.sentence(lesson.words), lesson)
    return [*first, lesson.root / citation.FILE]


def below_top(section: nodes.Element) -> int:
    """The place in the parsed home page below what landing.top has put there."""
    tops = [
        place
        for place, part in enumerate(section.children)
        if isinstance(part, nodes.Element) and landing.CLASSES.intersection(part["classes"])
    ]
    return max(tops, default=section.index(next(section.findall(nodes.title)))) + 1


def _move_schedule(page: Episode, section: nodes.Element, title: str) -> None:
    """Put the schedule where the author wants it: above the first section below the mark."""
    mark = SCHEDULE_HERE.search(page.text)
    parts = [part for part in section if isinstance(part, nodes.section)]
    moved = [part for part in parts if part[0].astext() == title][-1:]
    if mark is None or not moved:
        return
    line = page.text[: mark.start()].count("\n") + 1
    below = [part for part in parts if (part.line or 0) > line and part is not moved[0]]
    if below:
        moved[0]["classes"].append("lesson-schedule")
        section.remove(moved[0])
        section.insert(section.index(below[0]), moved[0])


def _read(lesson: Lesson, path: Path) -> Episode:
    """An episode, from the very text that Sphinx reads: then read_once reads it only once."""
    text = myst.with_links(path.read_text("utf-8"), lesson)
    try:
        return replace(reader.read_once(text), path=path)
    except LessonError as error:
        fault = LessonError(lesson.shown(path), error.line, error.message)
        if lesson.strict:
            raise fault from error
        return replace(reader.read_once(myst.notice(text, fault, lesson.words)), path=path)


def _menu(lesson: Lesson, pages: Mapping[Path, Episode], view: str) -> str:
    """A hidden list of pages for each heading of the menu, as Markdown."""
    captions = _episode_captions(lesson)
    groups: dict[str, list[str]] = {caption: [] for caption in captions.values()}
    for path in lesson.page_paths(view)[1:]:
        page = path.relative_to(lesson.root).with_suffix("").as_posix()
        if path in pages:
            number = "" if lesson.config.get(UNNUMBERED) is True else f"{lesson.number_of(path)}. "
            page = f"{number}{pandoc.plain(pages[path].title)} <{page}>"
        folder = path.parent.name if path.parent != lesson.root else "about"
        caption = captions.get(path) or lesson.words(f"menu.{folder}")
        groups.setdefault(caption, []).append(page)
    listings = {caption: "\n".join(entries) for caption, entries in groups.items()}
    return "".join(
        f"\n\n```{myst.MENU}\n:hidden:\n:caption: {caption}\n\n{listing}\n```\n"
        for caption, listing in listings.items()
    )


def _episode_captions(lesson: Lesson) -> dict[Path, str]:
    """The menu's heading above each episode; {} if the lesson plans no days."""
    if not lesson.days:
        return {}
    captions = {path: day.title for day in lesson.days for path in day.paths()}
    return captions | dict.fromkeys(lesson.further_paths(), lesson.words("menu.further"))
