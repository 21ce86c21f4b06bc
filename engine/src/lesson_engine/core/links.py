"""Where a link of a page leads within the lesson.

The Workbench puts all pages into one folder, so its authors write "../learners/setup.html",
"learners/setup.md" and "setup.html" for the same page, and "fig/a.png" for episodes/fig/a.png on
whatever page they are.
"""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.helpers import parseLinkDestination

from lesson_engine.core.lesson import PAGE_FOLDERS

ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
# pages that the Workbench makes, and ours with the same content
MADE = {
    "aio": "aio",
    "key-points": "key-points",
    "images": "images",
    "schedule": "index",
    "instructor-notes": "index",
    "profiles": "index",
    "CITATION": "citation",
    "LICENSE": "index",
    "CODE_OF_CONDUCT": "index",
}


def leads_elsewhere(target: str) -> bool:
    """True for an address outside of the lesson, such as https://… or mailto:…"""
    return ELSEWHERE.match(target) is not None


def file_of(root: Path, page: Path, target: str) -> Path | None:
    """The file of the lesson that a link or a picture leads to.

    Args:
        root: the lesson's folder.
        page: the page that it stands on, absolute or from the lesson's folder.
        target: as written, with or without "#place".

    Returns: an absolute path; None if there is no such file. For "02-b.html" it is 02-b.md.
    """
    here = (root / page).resolve()
    name = unquote(target.partition("#")[0].partition("?")[0])
    if not name:
        return here
    folders = [here.parent, root, *(root / folder for folder in PAGE_FOLDERS)]
    names = [name, re.sub(r"^(?:\.\./)+", "", name)]
    names += [posixpath.basename(name)] if name.endswith((".html", ".md")) else []
    for wanted in names:
        for folder in folders:
            found = _file(folder / wanted)
            if found is not None and is_inside(root, found):
                return found
    return None


def is_inside(root: Path, path: Path) -> bool:
    """True if a file is one of the lesson's, whatever ".." and links its path goes through."""
    return path.resolve().is_relative_to(root.resolve())


def readdressed(text: str, change: Callable[[str], str | None]) -> str:
    """A line with the addresses of its links and pictures changed.

    Args:
        text: Markdown.
        change: gets each address as markdown-it gives it, so with "%20" for a blank; returns
            the one in its place, or None to leave it.
    """
    parts, at = [], 0
    for opening in re.finditer(r"\]\(\s*", text):
        found = parseLinkDestination(text, opening.end(), len(text))
        new = change(normalizeLink(found.str)) if found.ok and opening.end() >= at else None
        if new is not None:
            parts += [text[at : opening.end()], new]
            at = found.pos
    return "".join([*parts, text[at:]])


def _file(path: Path) -> Path | None:
    for candidate in (path, path.with_suffix(".md") if path.suffix == ".html" else path):
        if candidate.is_file():
            return candidate.resolve()
    return None


def page_made(target: str) -> str | None:
    """The name of a page that nobody writes, such as "aio" for "../aio.html"; else None."""
    name = posixpath.basename(target.partition("#")[0])
    stem, ending = posixpath.splitext(name)
    return MADE.get(stem) if ending == ".html" else None
