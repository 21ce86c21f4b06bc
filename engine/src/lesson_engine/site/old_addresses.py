"""Addresses that the Workbench gives pages: each leads on to ours, so that old links stay alive.

There, all pages of a view lie in one folder: "/05-fit-cnn.html", "/reference.html".
"""

import html
import re
from pathlib import Path
from urllib.parse import quote

from lesson_engine.core import files
from lesson_engine.core.lesson import PAGE_FOLDERS, Lesson
from lesson_engine.core.links import MADE
from lesson_engine.site.plain_pages import render


def add(lesson: Lesson, place: Path) -> None:
    """Write a page at each old address that is free.

    Args:
        lesson: the lesson.
        place: the top of a view's pages.
    """
    # CITATION.html beside citation.html: where a site is unpacked on Windows or macOS, one is lost
    taken = {path.name.casefold() for path in place.glob("*.html")}
    for old, new in _moved(place).items():
        if f"{old}.html".casefold() not in taken:
            title = _title(place / new, lesson)
            page = render("moved.html", lesson, address=quote(new), title=title)
            files.write(place / f"{old}.html", page)


def _moved(place: Path) -> dict[str, str]:
    """Old name -> new place, both from the top of a view."""
    found: dict[str, str] = {}
    for folder in PAGE_FOLDERS:
        for path in sorted((place / folder).glob("*.html")):
            found.setdefault(path.stem, f"{folder}/{path.name}")
            if folder == "profiles":
                found.setdefault("profiles", f"{folder}/{path.name}")
    for old, page in MADE.items():
        if (place / f"{page}.html").is_file():
            found.setdefault(old, f"{page}.html")
    return found


def _title(path: Path, lesson: Lesson) -> str:
    """A page's title, as browsers show it, without the lesson's."""
    found = re.search(r"<title>(.*?)</title>", path.read_text("utf-8"), re.S)
    title = html.unescape(found[1]).strip() if found else path.stem
    return title.removesuffix(f" - {lesson.title}")
