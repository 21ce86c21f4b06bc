"""Every number and number word that a page says, in its text, its pictures' words and its code.

Left out is what is no statement: list markers, blocks of code, addresses, the minutes in a
challenge's title, "episode 5", versions of programs, years beside a reference, and what
`lesson export` writes.
"""

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from lesson_engine.core import magics, timetables
from lesson_engine.core.markdown import lines_of, tokens_of
from lesson_engine.core.model import Block, Episode
from lesson_engine.core.pacing import REMARK

TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
UNITS = f"two three four five six seven eight nine {TEENS}".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred".split()
WORDS: dict[str, float] = {word: value for value, word in enumerate(UNITS, 2)}
WORDS |= {word: 10 * value for value, word in enumerate(TENS, 2)}
WORDS |= {"thousand": 1000, "million": 1_000_000, "half": 0.5, "twice": 2, "dozen": 12}
NUMBER = re.compile(
    r"(?<![\w.,:#])(?<![A-Za-z]-)(?P<sign>[-−])?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e-?\d+)?)(?![\w:]|\.\d)"
    rf"(?P<percent>\s?%)?|\b(?P<word>{'|'.join(WORDS)})\b",
    re.I,
)
NO_STATEMENT = re.compile(
    r"\b[Ee]pisodes?\s+\d+(?:\s*(?:,|to|and|or|–)\s*\d+)*"
    r"|\bhalf[ -]days?\b|\bhalf a day\b"
    r"|\b(?:Python|Keras|TensorFlow|PyTorch|NumPy|pandas|scikit-learn|Matplotlib|Spyder|Windows|"
    r"macOS|Ubuntu|Debian|CC BY|Creative Commons)\s+[\d.]+"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
WHOLE_PAGE = ("questions", "objectives", "keypoints", "prereq")  # divs that speak of all of it


@dataclass(frozen=True)
class Quantity:
    """A number that a page says.

    Attributes:
        text: as written, such as "10,000", "65 %" or "three".
        value: what it is; 65 for "65 %".
        line: from 1.
        below: the line from which claims on it may stand: the one after its paragraph.
        span: first and last line of what speaks of it: its challenge, else its section.
        section: the heading above, outside of any div; "" above the first.
        paragraph, start: all that its paragraph, cell, alt text or comment says, and where in it.
    """

    text: str
    value: float
    line: int
    below: int
    span: tuple[int, int]
    section: str
    paragraph: str
    start: int

    @property
    def percent(self) -> bool:
        """True for a percentage."""
        return self.text.endswith("%")

    @property
    def decimals(self) -> int:
        """Digits behind the point."""
        return len(self.text.rstrip(" %").partition(".")[2])


def quantities(page: Episode) -> list[Quantity]:
    """All of a page, in the order of its lines."""
    derived = _derived_lines(page.text)
    found: list[Quantity] = []
    for first, last, pieces in _texts(page):
        if first in derived:
            continue
        paragraph, begins = " ".join(text for _, text in pieces), 0
        for line, text in pieces:
            place = _place(page, line)
            found += [
                _quantity(match, line, last, place, paragraph, begins)
                for match in NUMBER.finditer(text)
            ]
            begins += len(text) + 1
    return sorted(found, key=lambda one: one.line)


def numbers_in(text: str) -> list[float]:
    """The values of all numbers in a text, as _quantity() gives them."""
    return [_value(match) for match in NUMBER.finditer(text)]


def _quantity(
    match: re.Match[str],
    line: int,
    last: int,
    place: tuple[str, tuple[int, int]],
    paragraph: str,
    begins: int,
) -> Quantity:
    text, (section, span) = " ".join(match[0].split()), place
    start = begins + match.start()
    return Quantity(text, _value(match), line, last + 1, span, section, paragraph, start)


def _value(match: re.Match[str]) -> float:
    if match["word"]:
        return float(WORDS[match["word"].lower()])
    value = float(match["digits"].replace(",", ""))
    return -value if match["sign"] else value


def _place(page: Episode, line: int) -> tuple[str, tuple[int, int]]:
    """The section in which a line stands, and the lines that speak of what it says."""
    last = page.text.count("\n") + 1
    headings = [heading for heading in page.headings if not heading.divs]
    above = [heading for heading in headings if heading.line <= line]
    below = [heading.line - 1 for heading in headings if heading.line > line]
    section = above[-1].text if above else ""
    around = page.around(line)
    if any(div.name in WHOLE_PAGE for div in around):
        return section, (1, last)
    tasks = [div for div in around if div.name == "challenge"]
    if tasks:
        return section, (tasks[0].first_line, tasks[0].last_line)
    return section, (above[-1].line if above else 1, min(below, default=last))


def _texts(page: Episode) -> Iterator[tuple[int, int, list[tuple[int, str]]]]:
    """First and last line of each paragraph, cell, heading or comment in code; its texts."""
    tokens = tokens_of(page.text)
    end_of_table = 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "table_open":
            end_of_table = lines_of(token)[1]
        if token.type == "inline":
            first, last = lines_of(token)
            heading = before is not None and before.type == "heading_open"
            yield first, max(last, end_of_table), list(_pieces(token, heading))
    for figure in page.all_figures:
        if figure.alt:
            yield figure.first_line, figure.last_line, [(figure.first_line, figure.alt)]
    for block in page.blocks:
        comments = list(_comments(block))
        if comments:
            yield block.first_line, block.last_line, comments


def _pieces(token: Token, heading: bool) -> Iterator[tuple[int, str]]:
    """Line and text of each stretch of a paragraph, without what is no statement."""
    line, _ = lines_of(token)
    children: Sequence[Token] = token.children or []
    beside = any(child.type == "link_open" and "//" in str(child.attrs) for child in children)
    text = ""
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield line, _without(text, heading, beside)
            line, text = line + 1, ""
        elif child.type in ("text", "code_inline", "image"):
            text += child.content
        elif child.type == "html_inline":
            line += child.content.count("\n")
    yield line, _without(text, heading, beside)


def _without(text: str, heading: bool, beside_a_link: bool) -> str:
    text = NO_STATEMENT.sub(" ", re.sub(r"\{[^{}]*\}", " ", text))
    text = REMARK.sub("", text) if heading else text
    return YEAR.sub(" ", text) if beside_a_link else text


def _comments(block: Block) -> Iterator[tuple[int, str]]:
    """Line and text of each comment in a block of code."""
    source = magics.without_magics(block.source)
    if magics.syntax_error(source) is not None:
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield block.first_line + token.start[0], NO_STATEMENT.sub(" ", token.string)


def _derived_lines(text: str) -> set[int]:
    """Lines that `lesson export` writes."""
    found: set[int] = set()
    for begin in timetables.BEGIN.finditer(text):
        end = timetables.END.search(text, begin.end())
        first = text.count("\n", 0, begin.start()) + 1
        last = text.count("\n", 0, end.start() if end else len(text)) + 1
        found.update(range(first, last + 1))
    return found
