"""A page as myst-nb reads it: one MyST document, followed by the code cells that it places.

myst-nb parses every Markdown cell by itself, so a div could not hold a cell. Its reader for
".md" is therefore read_page, which gives a notebook whose first cell is the whole page as one
MyST document, in which each block is a directive that fetches its cell (see directives); the
code cells follow, tagged so that myst-nb does not place them a second time. Lines are kept one
for one, so that a message names the line of the Markdown.
"""

import re

from nbformat import NotebookNode, v4

from lesson_engine.core import notebook, reader, structure
from lesson_engine.core.divs import TABS
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Div, Episode, Figure

FENCE = re.compile(r"(`{3,}|~{3,}).*")
MENU = "{toctree}"  # on the home page; see home_page
PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+.!|~$&\"'^:-])")


def with_links(text: str, lesson: Lesson) -> str:
    """A page's text with the links that all pages share."""
    return f"{text}\n\n{lesson.shared_links}"


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
