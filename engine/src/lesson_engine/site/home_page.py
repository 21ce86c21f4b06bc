"""What the home page has beside its text: the lesson's title, the schedule, the list of pages."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lesson_engine.core import reader
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import FURTHER, Lesson
from lesson_engine.core.model import Episode
from lesson_engine.site import myst, schedule


def completed(lesson: Lesson, text: str, view: str) -> str:
    """The home page's text, with all that it has beside it.

    Args:
        lesson: the lesson.
        text: the home page's, as written.
        view: "instructor" or "learner": whose pages are listed.

    Raises: LessonError for a home page or an episode that cannot be read.
    """
    pages = {path: _read(lesson, path) for path in lesson.episode_paths()}
    text = titled(text, str(lesson.config.get("title", "Lesson")))
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


def _read(lesson: Lesson, path: Path) -> Episode:
    """An episode, from the very text that Sphinx reads: then read_once reads it only once."""
    text = myst.with_links(path.read_text("utf-8"), lesson)
    try:
        return replace(reader.read_once(text), path=path)
    except LessonError as error:
        fault = LessonError(lesson.shown(path), error.line, error.message)
        if lesson.strict:
            raise fault from error
        return replace(reader.read_once(myst.notice(text, fault)), path=path)


def _menu(lesson: Lesson, pages: Mapping[Path, Episode], view: str) -> str:
    """A hidden list of pages for each heading of the menu, as Markdown."""
    captions = _episode_captions(lesson)
    groups: dict[str, list[str]] = {caption: [] for caption in captions.values()}
    for path in lesson.page_paths(view)[1:]:
        page = path.relative_to(lesson.root).with_suffix("").as_posix()
        if path in pages:
            page = f"{lesson.number_of(path)}. {pages[path].title} <{page}>"
        folder = path.parent.name if path.parent != lesson.root else "about"
        groups.setdefault(captions.get(path, folder.capitalize()), []).append(page)
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
    return captions | dict.fromkeys(lesson.further_paths(), FURTHER)
