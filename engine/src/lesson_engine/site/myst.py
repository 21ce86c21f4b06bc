"""A page as myst-nb reads it: one MyST document, followed by the code cells that it places.

myst-nb parses every Markdown cell by itself, so a div could not hold a cell. Its reader for
".md" is therefore read_page, which gives a notebook whose first cell is the whole page as one
MyST document, in which each block is a directive that fetches its cell (see directives); the
code cells follow, tagged so that myst-nb does not place them a second time. Lines are kept one
for one, so that a message names the line of the Markdown.
"""

import functools
import json
import os
import re
from pathlib import Path
from urllib.parse import quote, unquote

from nbformat import NotebookNode

from lesson_engine.core import interactive, links, markdown, notebook, pandoc, reader, structure
from lesson_engine.core.divs import TABS
from lesson_engine.core.edits import NOTE
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Div, Episode, Figure
from lesson_engine.core.words import Words

FENCE = re.compile(r"(`{3,}|~{3,}).*")
DIRECTIVE = re.compile(r"(?m)^([\s>]*)(:{3,}\s*\{)")
QUOTED = re.compile(r"^[\s>]*")  # a quotation goes on only where each line says so
HEADING = re.compile(r"^([\s>]*#{1,6}\s+)(.*)$")
MENU = "{lesson-menu}"  # on the home page; see home_page
KEPT = ("title", "teaching", "exercises")  # what pages need of the front matter
MADE = "lesson-page:"  # the address of a page that nobody writes; see sphinx_extension
ODD_IN_ADDRESS = re.compile(r"[#%?]")  # in the name of a page: MyST does not find it
RESERVED = "/;:@&=+$,"  # characters that MyST expects as they are


def with_links(text: str, lesson: Lesson) -> str:
    """A page's text with the links that all pages share, each defined once."""
    return f"{text}\n\n{shared_links(lesson)[0]}"


def shared_links(lesson: Lesson) -> tuple[str, tuple[int, ...]]:
    """What links.md says without definitions that a later one overrules, and their lines."""
    return _without_overruled(lesson.shared_links)


@functools.lru_cache(maxsize=4)  # every page has them
def _without_overruled(text: str) -> tuple[str, tuple[int, ...]]:
    lines = text.split("\n")
    overruled = markdown.parse(text).overruled
    for _, first, last in overruled:
        _blank(lines, first, last)
    return "\n".join(lines), tuple(first for _, first, _ in overruled)


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
    targets |= {(quote(figure.source), figure.first_line) for figure in read.figures}
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
    wanted = unquote(target)
    line = links.readdressed(line, lambda one: address if unquote(one) == wanted else None)
    return re.sub(
        rf"(\bsrc\s*=\s*[\"']?){re.escape(wanted)}(?=[>\s\"'])",
        lambda match: match[1] + address,
        line,
    )


def _address(target: str, lesson: Lesson, page: Path, view: str) -> str | None:
    """Where a link leads, from the page's own folder; None if that is not for us to say."""
    if not target or target.startswith("#") or links.leads_elsewhere(target):
        return None
    found = links.file_of(lesson.root, page, target)
    made = links.page_made(target)
    place = "".join(target.partition("#")[1:])
    if found is not None and view == "learner" and found.parent.name == "instructors":
        return f"{MADE}instructor/instructors/{quote(found.stem)}{place}"
    if found is not None:
        if found.suffix == ".md" and ODD_IN_ADDRESS.search(found.name):
            name = found.relative_to(lesson.root.resolve()).with_suffix("").as_posix()
            return f"{MADE}{quote(name)}{place}"
        path = os.path.relpath(found, page.resolve().parent).replace(os.sep, "/")
        return quote(path, safe=RESERVED) + place
    return None if made is None else f"{MADE}{made}{place}"


def notice(text: str, fault: LessonError, words: Words) -> str:
    """A page in the place of one that cannot be read, with its title if that can be found."""
    title = re.search(r"(?m)^title:\s*(.+)$", text)
    name = json.dumps(title[1].strip("'\" ") if title else str(fault.path))
    return f"---\ntitle: {name}\n---\n\n{words('episode.unreadable', fault=fault)}\n"


def read_page(text: str) -> NotebookNode:
    """Reader of ".md" for myst-nb (nb_custom_formats): Workbench Markdown as a notebook."""
    page = reader.read_once(text)
    book = notebook.new_notebook()
    book.cells = [notebook.text_cell(to_myst(page))]
    # Where each cell starts in the file; myst-nb and MyST both add one to the first.
    book.metadata["source_map"] = [-1, *(block.first_line for block in page.blocks)]
    for block in page.blocks:
        cell = notebook.code_cell(block.source, notebook.recorded_outputs(block))
        cell.metadata["tags"] = ["remove-cell"]
        book.cells.append(cell)
    for name in KEPT:  # others may mean something to MyST
        value = page.front_matter.get(name)
        if value is not None:
            book.metadata[name] = value
    if "title" in book.metadata:
        book.metadata["title"] = pandoc.rewritten(page.title, "site")
    book.metadata["mystnb"] = {"execution_mode": "off"}  # outputs are the recorded ones
    return notebook.number(book)


def to_myst(page: Episode) -> str:
    """A page in MyST's Markdown, line for line.

    Divs and blocks are directives there, and figures carry a class.
    """
    lines = page.plain_lines("site")
    _hide_colons(lines, page)
    for opening in page.fence_openings:
        if opening.language.startswith("="):
            lines[opening.line - 1] = FENCE.sub(r"\1{raw} ", lines[opening.line - 1])
            lines[opening.line - 1] += opening.language[1:]
        elif opening.info.startswith("{") and opening.info != MENU:
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
        _blank(lines, first, last, QUOTED.findall(lines[first - 1])[0])
    for figure in page.figures:
        if figure.alone:
            _set_figure(lines, figure)
    return "\n".join([*lines, *_endings(page)])


def _hide_colons(lines: list[str], page: Episode) -> None:
    """Colons that open no div, as directly under text, open a directive for MyST: hide them."""
    if not DIRECTIVE.search(page.text):
        return
    for token in markdown.tokens_of(page.text):
        if token.type == "inline" and token.map:
            for n in range(*token.map):
                lines[n] = DIRECTIVE.sub(r"\1\\\2", lines[n])


def _endings(page: Episode) -> list[str]:
    """What a page refers to: its inline notes, and headings that are links by their own text."""
    endings = []
    for number, note in enumerate(page.notes, 1):
        endings += ["", f"{NOTE.format(number)}: {note}"]
    for heading in page.headings:
        words = re.escape(heading.text)
        label = " ".join(heading.text.split()).upper()
        if label not in page.references and re.search(
            rf"(?i)\[{words}\](?!\(|:|{{|\[[^\]])", page.text
        ):
            endings += ["", f"[{heading.text}]: #{heading.place}"]
    return endings


def _set_div(lines: list[str], div: Div) -> None:
    colons = ":" * (40 - 2 * div.depth)  # MyST nests by length: the outer fence is the longer one
    directive = "lesson-tabs" if div.name in TABS else "lesson-div"
    argument = div.depth if div.name in TABS else div.name or "plain"
    _set_fence(lines, div.first_line, f"{colons}{{{directive}}} {argument} {div.place}".rstrip())
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
    alt = pandoc.PUNCTUATION.sub(r"\\\1", figure.alt or "")
    source = figure.source if ":" in figure.source else quote(figure.source)
    more = f" .{interactive.CLASS}" if interactive.is_interactive(figure) else ""
    more += f" {figure.size}" if figure.size else ""
    image = f"![{alt}]({source}){{.lesson-figure{more}}}"
    caption = pandoc.rewritten(figure.caption, "site")
    caption = f"[{caption}]{{.caption}}" if caption else ""
    lines[figure.first_line - 1] = before + image + caption
