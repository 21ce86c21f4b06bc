"""Where on a page what Pandoc reads in its own way stands, line by line.

The rules in pandoc say what to write in place of a stretch of a paragraph; here it becomes edits
of the page's lines, beside what concerns whole paragraphs: captions of tables and line blocks.
No line is added or removed, so that messages name the line of the Markdown.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from lesson_engine.core import pandoc
from lesson_engine.core.markdown import lines_of
from lesson_engine.core.model import NOTHING, Edit
from lesson_engine.core.pandoc import Change

CAPTION = re.compile(r"(?:Table)?:\s+(?=\S)")
# before the caption of a table, by where it stands, and in no text; see sphinx_extension
CAPTION_MARKS = {"above": "\ue001", "below": "\ue002", "row": "\ue003"}
NOTE = "[^inline-note-{}]"  # the label of an inline note
LINE_BLOCK = re.compile(r"\|(?P<indent> *)(?=\S|\Z)")


class Edits:
    """The edits of one page, as they are found.

    Attributes:
        found: all of them.
        notes: texts of the inline notes, in order.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.found: list[Edit] = []
        self.notes: list[str] = []
        self._lines = lines
        self._cells: defaultdict[int, int] = defaultdict(int)  # line -> where the last cell ended

    def take(self, token: Token, before: Token | None, more: Sequence[Change] = ()) -> None:
        """Note what is to be rewritten in a paragraph, a heading or a cell.

        Args:
            token: of type "inline".
            before: the token before it.
            more: changes beside those that its tokens carry.
        """
        cell = before is not None and before.type in ("td_open", "th_open")
        places = list(self._places(token, cell))
        found = [*pandoc.changes(token.children or []), *more]
        if before is not None and before.type == "paragraph_open":
            found += _line_block(token.content)
            if re.search(r"(?<!\\)(?:\\\\)*\\\Z", token.content):  # for Pandoc, a line ends there
                found.append(Change(len(token.content) - 1, len(token.content), "", ""))
        for change in sorted(found, key=lambda one: one.start):
            self._place(change, places)

    def caption(self, token: Token, where: str) -> None:
        """Mark the caption of a table. Args: token of type "inline"; as captions gives it."""
        opening = CAPTION.match(token.content)
        if opening is None:
            return
        word = None if opening[0].startswith("Table") else "Table: "
        found = [Change(0, opening.end(), CAPTION_MARKS[where], word)]
        braces = re.search(r"\s*\{([^{}]*)\}\s*\Z", token.content)
        if braces is not None:
            place = pandoc.attributes(braces[1]).id
            mark = f'[]{{id="{place}"}}' if place else ""
            found.append(Change(braces.start(), len(token.content), mark, ""))
        self._cells[lines_of(token)[0]] = 0
        places = list(self._places(token, where == "row"))
        for change in found:
            self._place(change, places)

    def _places(self, token: Token, cell: bool) -> Iterator[tuple[int, int, int]]:
        """Yield (line, column, how far into the text) for each line of a token."""
        first, _ = lines_of(token)
        at = 0
        for number, part in enumerate(token.content.split("\n"), first):
            line = self._lines[number - 1].rstrip()
            column = len(line) - len(part.rstrip())
            if cell or not line.endswith(part.rstrip()):
                column = line.find(part.strip(), self._cells[number])
                column -= len(part) - len(part.lstrip()) if column >= 0 else 0
            if cell and column >= 0:
                self._cells[number] = column + len(part)
            if column >= 0:  # else it is written in another way there, such as "\|"
                yield number, column, at
            at += len(part) + 1

    def _place(self, change: Change, places: Sequence[tuple[int, int, int]]) -> None:
        """Make edits of a change, one for each line that it goes over."""
        site, notebook = change.site, change.notebook
        if change.note:
            self.notes.append(change.note)
            site = NOTE.format(len(self.notes))
        inside = [place for place in places if place[2] <= max(change.end - 1, change.start)]
        first = max((n for n, one in enumerate(inside) if one[2] <= change.start), default=None)
        if first is None:
            return
        touched = inside[first:]
        texts = [_over_lines(text, len(touched)) for text in (site, notebook)]
        for n, (line, column, at) in enumerate(touched):
            length = len(self._lines[line - 1].rstrip("\r")) - column
            start = max(change.start - at, 0)
            end = min(change.end - at, length) if n == len(touched) - 1 else length
            self.found.append(Edit(line, column + start, column + end, texts[0][n], texts[1][n]))


def _over_lines(text: str | None, number: int) -> Sequence[str | None]:
    """A text for each of several lines: all of it in the first unless it has as many itself."""
    parts = [] if text is None else text.split("\n")
    if text is None:
        return [None] * number
    return parts if len(parts) == number else [" ".join(parts), *[""] * (number - 1)]


def _line_block(content: str) -> list[Change]:
    """Changes of a paragraph whose lines begin with | and end where the author ends them."""
    lines = content.split("\n")
    if not all(re.match(r"\|(?: |\Z)| ", line) for line in lines) or lines[0][:1] != "|":
        return []
    found, at = [], 0
    for n, line in enumerate(lines):
        opening = LINE_BLOCK.match(line)
        if opening is not None:
            new = "&nbsp;" * max(len(opening["indent"]) - 1, 0) or ("" if line[1:] else NOTHING)
            found.append(Change(at, at + opening.end(), new, new))
        if lines[n + 1 : n + 2] and lines[n + 1].startswith("|"):
            found.append(Change(at + len(line), at + len(line), "\\", "\\"))
        at += len(line) + 1
    return found


def captions(tokens: Sequence[Token]) -> list[tuple[Token, str]]:
    """The captions of the tables of a page: paragraphs above or below, or last rows.

    A caption directly below, without an empty line, is a row for markdown-it.

    Returns: tokens of type "inline", and where each stands: "above", "below" or "row".
    """
    found: list[tuple[Token, str]] = []
    taken: set[int] = set()
    for at, token in enumerate(tokens):
        if token.type != "table_open":
            continue
        end = next(n for n in range(at, len(tokens)) if tokens[n].type == "table_close")
        row = max(n for n in range(at, end) if tokens[n].type == "tr_open")
        above, below, last = at - 2, end + 2, row + 2
        if _is_caption(tokens, above) and above not in taken and _apart(tokens[above], token):
            found.append((tokens[above], "above"))
        elif _is_caption(tokens, last) and tokens[row + 1].type == "td_open":
            found.append((tokens[last], "row"))
        elif _is_caption(tokens, below):
            taken.add(below)
            found.append((tokens[below], "below"))
    return found


def _is_caption(tokens: Sequence[Token], at: int) -> bool:
    if not 0 < at < len(tokens) or tokens[at].type != "inline":
        return False
    around = tokens[at - 1].type in ("paragraph_open", "td_open")
    return around and CAPTION.match(tokens[at].content) is not None


def _apart(above: Token, table: Token) -> bool:
    """True if an empty line is between."""
    return lines_of(table)[0] - lines_of(above)[1] > 1
