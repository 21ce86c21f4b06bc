"""What tests compare: what the tables of the instructor pages say, and what the episodes hold."""

import ast
import builtins
import re
import symtable
from dataclasses import dataclass, field
from functools import cache

from the_lesson import LESSON

from lesson_engine.core import provenance, reader
from lesson_engine.core.markdown import markdown_parser

PAGES = LESSON.root / "instructors"
TITLE = re.compile(
    r"(?P<name>.*?)(?: \((?:(?P<minutes>\d+) min(?:utes?)?\b|(?P<optional>optional|homework)).*\))?"
)
WAITS = 10  # seconds: what takes less is not worth a word


# What the episodes hold


@dataclass(frozen=True)
class Challenge:
    """A challenge or discussion.

    Attributes: kind: of its box; minutes: as its title says, 0 if it is optional, or None.
    """

    kind: str
    title: str
    minutes: int | None


@dataclass(frozen=True)
class Section:
    """A heading outside boxes, with all below it; what comes before the first is "Opening".

    Attributes: seconds: whole, of every block that makes one wait.
    """

    title: str
    challenges: tuple
    seconds: tuple


def plain(text):
    """A heading as it reads: without the marks of code."""
    return text.replace("`", "")


@cache
def episode_pages():
    """All episodes, in teaching order, as the engine reads them."""
    return tuple(reader.read_page(LESSON, path) for path in LESSON.episode_paths())


@cache
def sections(number):
    """Sections of an episode, in order; a heading with nothing of its own is none.

    Args:
        number: of the episode, from 1.
    """
    page = episode_pages()[number - 1]
    lines = page.text.split("\n")
    starts = [(page.body_line - 1, "Opening")]
    starts += [(h.line, plain(h.text)) for h in page.headings if not h.divs and h.level < 4]
    ends = [line - 1 for line, _ in starts[1:]] + [len(lines)]
    return tuple(
        _section(page, title, first, last)
        for (first, title), last in zip(starts, ends, strict=True)
        if any(line.strip() for line in lines[first:last])
    )


def _section(page, title, first, last):
    found = [
        div
        for div in page.divs
        if div.name in ("challenge", "discussion") and first < div.first_line <= last
    ]
    blocks = [block for block in page.blocks if first < block.first_line <= last]
    noted = dict(zip(map(id, page.blocks), provenance.of_blocks(page, LESSON), strict=True))
    seconds = [one.seconds for block in blocks if (one := noted[id(block)])]
    waits = tuple(round(value) for value in seconds if value >= WAITS)
    return Section(title, tuple(_challenge(page, div) for div in found), waits)


def _challenge(page, div):
    inside = [h for h in page.headings if div.first_line < h.line < div.last_line]
    match = TITLE.fullmatch(plain(inside[0].text))
    optional = match["optional"] or "optional" in match["name"].lower()
    minutes = 0 if optional else match["minutes"] and int(match["minutes"])
    return Challenge(div.name, match["name"], minutes)


def challenges(number):
    """All challenges of an episode, in order."""
    return [challenge for section in sections(number) for challenge in section.challenges]


def titles(number):
    """Titles of an episode's sections and challenges, which pages may name."""
    return {part.title for part in (*sections(number), *challenges(number))}


# What tables say


@dataclass
class Cell:
    """A cell of a table, or a paragraph.

    Attributes: pieces: (text, is it in italics?); links: addresses; link_texts: of each link.
    """

    pieces: list = field(default_factory=list)
    links: list = field(default_factory=list)
    link_texts: list = field(default_factory=list)

    @property
    def text(self):
        return "".join(text for text, _ in self.pieces).strip()

    @property
    def named(self):
        """(words in italics, all text before them, the text up to the next in italics)."""
        found = []
        for place, (text, stressed) in enumerate(self.pieces):
            if stressed:
                before = "".join(words for words, _ in self.pieces[:place])
                found.append((text, before, "".join(_until_stressed(self.pieces[place + 1 :]))))
        return found

    @property
    def minutes(self):
        return int(self.text or 0)

    @property
    def episode(self):
        """Number of the episode that the cell links to, or None."""
        found = [re.search(r"episodes/(\d+)-", link) for link in self.links]
        return next((int(match[1]) for match in found if match), None)


def _until_stressed(pieces):
    for text, stressed in pieces:
        if stressed:
            return
        yield text


@dataclass
class Table:
    """A table. under: heading above it; rows: list of {column head: Cell}."""

    under: str
    head: list = field(default_factory=list)
    rows: list = field(default_factory=list)


def cell_of(inline):
    """The Cell of an inline token."""
    cell, stressed, linked = Cell(), False, False
    for child in inline.children:
        if child.type in ("em_open", "em_close"):
            stressed = child.type == "em_open"
            cell.pieces.append(("", stressed))
        elif child.type in ("link_open", "link_close"):
            linked = child.type == "link_open"
            if linked:
                cell.links.append(child.attrs["href"])
                cell.link_texts.append("")
        else:
            text = " " if child.type == "softbreak" else child.content
            before, kind = cell.pieces.pop() if cell.pieces else ("", False)
            cell.pieces.append((before + text, kind))
            if linked:
                cell.link_texts[-1] += text
    return cell


def inlines(name):
    """(kind of the block, the heading above it, inline token) of everything on a page."""
    under, before = "", None
    for token in markdown_parser().parse((PAGES / name).read_text("utf-8")):
        if token.type == "inline":
            if before.type == "heading_open":
                under = token.content
            yield before.type, under, token
        before = token


@cache
def tables(name):
    """All tables of an instructor page."""
    found, row = [], {}
    for kind, under, token in inlines(name):
        if kind == "th_open":
            if not found or found[-1].rows or found[-1].under != under:
                found.append(Table(under))
            found[-1].head.append(token.content)
        elif kind == "td_open":
            row[found[-1].head[len(row)]] = cell_of(token)
            if len(row) == len(found[-1].head):
                found[-1].rows.append(row)
                row = {}
    return found


def table(name, under):
    """The one table of a page below a heading."""
    (found,) = [table for table in tables(name) if table.under == under]
    return found


def minutes_after(words):
    """The minutes in words such as " (4 min); and more"; None if they begin otherwise."""
    match = re.match(r" \((\d+) min\)", words)
    return match and int(match[1])


def number_of(place):
    """What an episode is called on the pages.

    Args:
        place: of the episode among all, from 1.
    """
    return LESSON.number_of(LESSON.root / episode_pages()[place - 1].path)


# What of the code is run


def undefined_names(blocks):
    """Names that code reads and nothing above has set.

    Args:
        blocks: Blocks of an episode, all that is run, in any order.

    Returns: list of (line of the block, name). A function's names are looked up at the end.
    """
    known, missing, later = set(dir(builtins)), [], []
    for block in sorted(blocks, key=lambda block: block.first_line):
        for statement in ast.parse(block.source).body:
            scope = symtable.symtable(ast.unparse(statement), "<block>", "exec")
            needed, made = _reads(scope), _sets(scope)
            if isinstance(statement, ast.FunctionDef):
                later += [(block.first_line, name) for name in needed]
            else:  # a loop may read what it sets itself
                own = made if hasattr(statement, "body") else set()
                missing += [(block.first_line, name) for name in needed - own - known]
            known |= made
    return missing + [(line, name) for line, name in later if name not in known]


def function_source(name, blocks):
    """Source of the function of that name; blocks that define it do so in the same words."""
    (source,) = {
        ast.unparse(node)
        for block in blocks
        for node in ast.parse(block.source).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    }
    return source


def _reads(scope):
    at_top = scope.get_type() == "module"
    found = {
        symbol.get_name()
        for symbol in scope.get_symbols()
        if symbol.is_referenced() and (at_top or symbol.is_global())
    }
    return found.union(*map(_reads, scope.get_children()))


def _sets(scope):
    return {s.get_name() for s in scope.get_symbols() if s.is_assigned() or s.is_imported()}


def seconds_in(text):
    """The seconds in words such as "60 s"; 0 for "none"."""
    match = re.fullmatch(r"(\d+) s", text)
    assert match or text == "none", f"write seconds as '60 s', not '{text}'"
    return int(match[1]) if match else 0
