"""A page as myst-nb reads it: one MyST document, followed by the code cells that it places.

myst-nb parses every Markdown cell by itself, so a div could not hold a cell. Its reader for
".md" is therefore read_page, which gives a notebook whose first cell is the whole page as one
MyST document, in which each block is a directive that fetches its cell (see directives); the
code cells follow, tagged so that myst-nb does not place them a second time. Lines are kept one
for one, so that a message names the line of the Markdown.
"""

import json
import os
import re
from pathlib import Path
from urllib.parse import quote

from nbformat import NotebookNode, v4

from lesson_engine.core import links, notebook, reader, structure
from lesson_engine.core.divs import TABS
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Div, Episode, Figure

FENCE = re.compile(r"(`{3,}|~{3,}).*")
HEADING = re.compile(r"^([\s>]*#{1,6}\s+)(.*)$")
MENU = "{toctree}"  # on the home page; see home_page
MADE = "lesson-page:"  # the address of a page that nobody writes; see sphinx_extension
PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+.!|~$&\"'^:-])")


def with_links(text: str, lesson: Lesson) -> str:
    """A page's text with the links that all pages share."""
    return f"{text}\n\n{lesson.shared_links}"


def relinked(text: str, lesson: Lesson, page: Path, view: str) -> str:
    """A page's text whose links and pictures are addressed from the page's own folder.

    The Workbench puts all pages into one folder, and its authors write links for that.

    Args:
        text: the page's; comes back as it is if it cannot be read.
        lesson: the lesson.
        page: its file.
        view: "instructor" or "learner": the learner view has no page for instructors, so such a
            link leads over to the other view.
    """
    try:
        read = reader.read_once(text)
    except LessonError:
        return text
    lines = text.split("\n")
    targets = {(link.target, link.line) for link in read.links}
    targets |= {(figure.source, figure.first_line) for figure in read.figures}
    for target, line in targets:
        address = _address(target, lesson, page, view)
        if address not in (None, target):
            for n in range(line - 1, len(lines)):  # the text of a link may go over several lines
                lines[n] = _replaced(lines[n], target, str(address))
                if not lines[n].strip():
                    break
            for n, other in enumerate(lines):  # the address may stand in a definition
                if re.match(rf"\s*\[[^\]]+\]:\s*<?{re.escape(target)}[>\s]*", other):
                    lines[n] = other.replace(target, str(address), 1)
    return "\n".join(lines)


def _replaced(line: str, target: str, address: str) -> str:
    return re.sub(
        rf"(\]\(\s*<?){re.escape(target)}(?=[>\s)])", lambda match: match[1] + address, line
    )


def _address(target: str, lesson: Lesson, page: Path, view: str) -> str | None:
    """Where a link leads, from the page's own folder; None if that is not for us to say."""
    if not target or target.startswith("#") or links.leads_elsewhere(target):
        return None
    found = links.file_of(lesson, page, target)
    made = links.page_made(target)
    place = "".join(target.partition("#")[1:])
    if found is not None and view == "learner" and found.parent.name == "instructors":
        return f"{MADE}instructor/instructors/{quote(found.stem)}{place}"
    if found is not None:
        return quote(os.path.relpath(found, page.resolve().parent)).replace(os.sep, "/") + place
    return None if made is None else f"{MADE}{made}{place}"


def notice(text: str, fault: LessonError) -> str:
    """A page in the place of one that cannot be read, with its title if that can be found."""
    title = re.search(r"(?m)^title:\s*(.+)$", text)
    words = title[1].strip("'\" ") if title else fault.path
    return f"---\ntitle: {json.dumps(str(words))}\n---\n\nThis page can't be shown yet. {fault}\n"


def read_page(text: str) -> NotebookNode:
    """Reader of ".md" for myst-nb (nb_custom_formats): Workbench Markdown as a notebook."""
    page = reader.read_once(text)
    book = notebook.new_notebook()
    book.cells = [v4.new_markdown_cell(to_myst(page))]
    # Where each cell starts in the file; myst-nb and MyST both add one to the first.
    book.metadata["source_map"] = [-1, *(block.first_line for block in page.blocks)]
    for block in page.blocks:
        cell = notebook.code_cell(block.source, notebook.recorded_outputs(block))
        cell.metadata["tags"] = ["remove-cell"]
        book.cells.append(cell)
    for name, value in page.front_matter.items():
        book.metadata[name] = value
    book.metadata["mystnb"] = {"execution_mode": "off"}  # outputs are the recorded ones
    return notebook.number(book)


def to_myst(page: Episode) -> str:
    """A page in MyST's Markdown, line for line.

    Divs and blocks are directives there, and figures carry a class.
    """
    lines = page.plain_lines()
    for opening in page.fence_openings:
        if opening.info.startswith("{") and opening.info != MENU:
            # MyST would take it for a directive
            fence = FENCE.sub(rf"\1{opening.language}", lines[opening.line - 1])
            lines[opening.line - 1] = fence
    for heading in page.headings:
        if heading.divs and heading.divs[-1] not in TABS:  # MyST has places for sections only
            mark = f'[]{{id="{heading.place}"}}'
            lines[heading.line - 1] = HEADING.sub(rf"\1{mark}\2", lines[heading.line - 1])
    for div in page.divs:
        _set_div(lines, div)
        for heading in structure.tabs_of(page, div):
            marked = rf"\1{tab_mark(div.depth)}\2"
            title = lines[heading.line - 1]
            lines[heading.line - 1] = structure.TAB_TITLE.sub(marked, title)
    for place, block in enumerate(page.blocks, 1):
        _set_block(lines, block, place)
    for first, last in page.comment_lines:
        _blank(lines, first, last)
    for figure in page.figures:
        if figure.alone:
            _set_figure(lines, figure)
    return "\n".join(lines)


def _set_div(lines: list[str], div: Div) -> None:
    colons = ":" * (40 - 2 * div.depth)  # MyST nests by length: the outer fence is the longer one
    directive = "lesson-tabs" if div.name in TABS else "lesson-div"
    argument = div.depth if div.name in TABS else div.name
    _set_fence(lines, div.first_line, f"{colons}{{{directive}}} {argument}")
    _set_fence(lines, div.last_line, colons)


def tab_mark(depth: int | str) -> str:
    """What stands before the title of a tab, and in no text. Tabs may hold tabs: each their own.

    Args:
        depth: how many divs are around the one with the tabs.
    """
    return f"\ue000{depth} "


def _set_fence(lines: list[str], line: int, fence: str) -> None:
    lines[line - 1] = re.sub(r":{3,}.*", lambda _: fence, lines[line - 1], count=1)


def _set_block(lines: list[str], block: Block, place: int) -> None:
    """Make a block a directive that fetches its cell; `place` is its place on the page, from 1."""
    opening = lines[block.first_line - 1]
    lines[block.first_line - 1] = FENCE.sub(rf"\1{{lesson-cell}} {place}", opening)
    for part in block.below:
        _blank(lines, part.first_line, part.last_line, block.prefix)


def _blank(lines: list[str], first: int, last: int, prefix: str = "") -> None:
    lines[first - 1 : last] = [prefix.rstrip()] * (last - first + 1)


def _set_figure(lines: list[str], figure: Figure) -> None:
    first = lines[figure.first_line - 1]
    before = first[: first.index("![")]
    _blank(lines, figure.first_line, figure.last_line, before)
    alt = PUNCTUATION.sub(r"\\\1", figure.alt or "")
    image = f"![{alt}]({figure.source}){{.lesson-figure}}"
    caption = f"[{figure.caption}]{{.caption}}" if figure.caption else ""
    lines[figure.first_line - 1] = before + image + caption
