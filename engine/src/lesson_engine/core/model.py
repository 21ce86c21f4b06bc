"""What an episode holds: the reader makes these, everything else reads them. Nothing changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

MOST_MINUTES = 10_000  # nobody teaches for a week without a pause


def number(value: object) -> float | None:
    """A value of the front matter if it is a number, of minutes; None if it is another thing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value <= MOST_MINUTES else None  # nor is .nan any


HEADING_ATTRIBUTES = re.compile(r"\s*\{[^{}]*\}\s*$")  # "## Title {#id}"
Medium = Literal["site", "notebook"]  # for which a text is written anew
NOTHING = "&#8203;"  # of no width: what is left of a line that must not become empty
SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")


@dataclass(frozen=True)
class Recorded:
    """An ```output, ```warning or ```error fence below a block.

    Attributes:
        kind: "output", "warning" or "error".
        text: its content, without the last line break.
        first_line, last_line: the fence's own lines, from 1.
    """

    kind: str
    text: str
    first_line: int
    last_line: int

    @property
    def is_traceback(self) -> bool:
        """True for an error, also where the author called it an output."""
        lines = self.text.rstrip().split("\n")
        return self.kind == "error" or (
            any(line.startswith("Traceback (most recent call last)") for line in lines)
            and re.match(r"[\w.]+: ", lines[-1]) is not None
        )


@dataclass(frozen=True)
class Figure:
    """A picture in the text, or drawn by the block above it (class cell-output).

    Attributes:
        source: its file as seen from the page, such as "fig/05_curves.png", or its address.
        caption, alt: text; alt is None where the author gave none.
        classes: Pandoc classes, without dots.
        first_line, last_line: of the paragraph it stands in, from 1.
        alone: True if the paragraph holds nothing else.
        size: width and height as MyST takes them, such as 'width="50%"'; "" if none is given.
    """

    source: str
    caption: str
    alt: str | None
    classes: tuple[str, ...]
    first_line: int
    last_line: int
    alone: bool
    size: str = ""


@dataclass(frozen=True)
class Varying:
    """What of a block's output differs from run to run, and is not compared.

    Attributes:
        pattern: a regular expression for it; "" if that is all that the block gives.
        reason: why, as the author says it.
    """

    pattern: str
    reason: str


@dataclass(frozen=True)
class Block:
    """Code that runs.

    Attributes:
        source: the code.
        first_line, last_line: of its fence, from 1; code starts at first_line + 1.
        prefix: what stands before the closing fence ("  " in a list, "> " in a quotation).
        classes: Pandoc classes beside "python".
        divs: names of the divs around it, outermost first.
        recorded: fences below it with what it gave, in order.
        figures: pictures that it draws, in order.
        tolerance: largest absolute difference allowed between two numbers in its output;
            None if every digit counts.
        figure_tolerance: largest mean difference between two pictures, 0 to 1.
        timeout: seconds it may take; None for the lesson's own limit.
        paste: True if learners are given the block to paste, and don't type it.
        skip: why it is not run; "" if it is.
        varies: what of its output differs from run to run; None if nothing may.
        directive_lines: line of each directive, by name.
    """

    source: str
    first_line: int
    last_line: int
    prefix: str = ""
    classes: tuple[str, ...] = ()
    divs: tuple[str, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    figures: tuple[Figure, ...] = ()
    tolerance: float | None = None
    figure_tolerance: float = 0.0
    timeout: float | None = None
    paste: bool = False
    skip: str = ""
    varies: Varying | None = None
    directive_lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def below(self) -> tuple["Recorded | Figure", ...]:
        """All that stands below it of what it gave."""
        return (*self.recorded, *self.figures)

    @property
    def expects_error(self) -> bool:
        """True if an error is recorded below the block."""
        return any(part.is_traceback for part in self.recorded)

    @property
    def expects_syntax_error(self) -> bool:
        """True if the recorded error says that the code is not Python."""
        return any(
            part.is_traceback and any(name in part.text for name in SYNTAX_ERRORS)
            for part in self.recorded
        )


@dataclass(frozen=True)
class Skeleton:
    """Code that is shown and not run, usually with blanks to fill.

    Attributes: as in Block; and marked: True if the author says so, by the class "skeleton".
    """

    source: str
    first_line: int
    last_line: int
    divs: tuple[str, ...]
    marked: bool = True


@dataclass(frozen=True)
class Claim:
    """A sentence whose truth is tested.

    Attributes:
        expression: Python, evaluated in the episode's kernel after the block above.
        words: what the sentence must contain, if quoted in the claim; else None, and the
            expression itself has to give the words.
        sentence: the text of the paragraph that the claim belongs to.
        line: from 1.
    """

    expression: str
    words: str | None
    sentence: str
    line: int


@dataclass(frozen=True)
class Given:
    """Numbers that no code can test, with the reason: <!-- given: "ten classes", … -->.

    Attributes:
        words: what the paragraph must contain.
        reason: where they come from, as the author says it.
        line: from 1.
    """

    words: str
    reason: str
    line: int


@dataclass(frozen=True)
class Option:
    """An option of a challenge, such as "A. A dense layer". Attributes: line is from 1."""

    letter: str
    text: str
    line: int


@dataclass(frozen=True)
class Answer:
    """Which options of a challenge are right: <!-- answer: C -->, or their order.

    Attributes:
        letters: one or more of A, B, …
        line: from 1.
    """

    letters: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Hidden:
    """Code that runs and is shown nowhere on the page: <!-- run: … --> or <!-- try: … -->.

    Attributes:
        source: the code.
        first_line, last_line: of the comment, from 1.
        first_code_line: the line of its first code.
        divs: names of the divs around it, outermost first.
        offered: True for what readers of a notebook may try; nothing else needs it.
    """

    source: str
    first_line: int
    last_line: int
    first_code_line: int
    divs: tuple[str, ...] = ()
    offered: bool = False


@dataclass(frozen=True)
class Div:
    """A fenced div.

    Attributes:
        name: its class, such as "challenge".
        first_line, last_line: of its two fences, from 1.
        depth: 0 if no div is around it.
        place: the id that the author gave, for links; "" for none.
    """

    name: str
    first_line: int
    last_line: int
    depth: int
    place: str = ""

    def holds(self, line: int) -> bool:
        """True if a line stands between its fences."""
        return self.first_line < line < self.last_line


@dataclass(frozen=True)
class Oddity:
    """What can be read, and is hardly meant so. Attributes: line from 1, what is odd there."""

    line: int
    message: str


@dataclass(frozen=True)
class Edit:
    """A stretch of a line that Pandoc reads in its own way.

    Attributes:
        line: from 1.
        start, end: columns, from 0.
        site, notebook: what to write in its place there; None to leave it.
    """

    line: int
    start: int
    end: int
    site: str | None
    notebook: str | None


@dataclass(frozen=True)
class Heading:
    """A heading.

    Attributes:
        level: 1 to 6.
        text: without attributes.
        line: from 1.
        divs: names of the divs around it, outermost first.
        place: what links to it end in: the id that the author gave, or what Pandoc makes of
            its text.
    """

    level: int
    text: str
    line: int
    divs: tuple[str, ...]
    place: str = ""


@dataclass(frozen=True)
class Link:
    """A link. Attributes: its target as written, its text, the line of its paragraph."""

    target: str
    text: str
    line: int


@dataclass(frozen=True)
class FenceOpening:
    """The first line of a fence, code or not. Attributes: line from 1, info string, language."""

    line: int
    info: str
    language: str


@dataclass(frozen=True)
class TableHead:
    """The first row of a table. Attributes: line from 1, the text of each cell."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Episode:
    """What a page holds, each tuple in the order of the text.

    Attributes:
        path: where the text came from, used in messages.
        text: all of it, unchanged.
        front_matter: what YAML gives; body_line: the line on which the body starts, from 1.
        given: what the author vouches for.
        options: of its challenges, in order.
        answers: which of them are right.
        comment_lines: (first, last) of every tool directive that is a paragraph of its own.
        fence_openings: of every fence, code or not.
        table_heads: of every table.
        oddities: what is hardly meant as it is written.
        differences: what the Workbench shows in another way.
        edits: what Pandoc reads in its own way, and what MyST and Jupyter show alike.
        notes: texts of the inline notes, in MyST's Markdown.
        overruled: (first, last) line of every link definition that a later one overrules.
        references: link definitions, label in capitals -> address; the lesson's links.md
            included.
    """

    path: Path
    text: str
    front_matter: Mapping[str, Any] = field(default_factory=dict)
    body_line: int = 1
    blocks: tuple[Block, ...] = ()
    skeletons: tuple[Skeleton, ...] = ()
    divs: tuple[Div, ...] = ()
    figures: tuple[Figure, ...] = ()
    claims: tuple[Claim, ...] = ()
    given: tuple[Given, ...] = ()
    options: tuple[Option, ...] = ()
    answers: tuple[Answer, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    comment_lines: tuple[tuple[int, int], ...] = ()
    fence_openings: tuple[FenceOpening, ...] = ()
    table_heads: tuple[TableHead, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    differences: tuple[Oddity, ...] = ()
    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()
    overruled: tuple[tuple[int, int], ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name without its ending, such as "05-fit-cnn"."""
        return self.path.stem

    @property
    def title(self) -> str:
        """The title in the front matter, or the file's name."""
        return str(self.front_matter.get("title", self.name))

    @property
    def skip(self) -> str:
        """Why no block of it is run: `skip: …` in the front matter; "" if they are."""
        return str(self.front_matter.get("skip") or "")

    @property
    def pause(self) -> float | None:
        """Minutes of an episode that is a break: `break: 15` in the front matter; else None."""
        return number(self.front_matter.get("break"))

    @property
    def minutes(self) -> float:
        """Teaching and exercises together; what is not a number counts as none."""
        given = (number(self.front_matter.get(name)) for name in ("teaching", "exercises"))
        return sum(minutes or 0 for minutes in given)

    @property
    def takes(self) -> float:
        """Minutes of its place in a schedule: of teaching and exercises, or of the break."""
        return self.minutes if self.pause is None else self.pause

    @property
    def drawn(self) -> list[Figure]:
        """The figures that its blocks draw."""
        return [figure for block in self.blocks for figure in block.figures]

    @property
    def all_figures(self) -> list[Figure]:
        """The pictures in its text, then those that its blocks draw."""
        return [*self.figures, *self.drawn]

    def around(self, line: int) -> list[Div]:
        """The divs in which a line stands, outermost first."""
        return [div for div in self.divs if div.holds(line)]

    def plain_lines(self, medium: Medium | None = None) -> list[str]:
        """Lines of the text, as many as there are, that every Markdown tool understands.

        The front matter is empty lines, and the language of every fence is one word: Pandoc's
        "{.python .skeleton}" is "python".

        Args:
            medium: for which to write what Pandoc reads in its own way; None leaves it.
        """
        lines = self.text.replace("\r\n", "\n").split("\n")
        if medium is not None:
            self._edit(lines, medium)
        lines[: self.body_line - 1] = [""] * (self.body_line - 1)
        for opening in self.fence_openings:
            if opening.info.startswith("{.") or opening.language == "python":
                plain = lines[opening.line - 1].replace(opening.info, opening.language)
                lines[opening.line - 1] = plain
        for heading in self.headings:
            lines[heading.line - 1] = HEADING_ATTRIBUTES.sub("", lines[heading.line - 1])
        return lines

    def _edit(self, lines: list[str], medium: Medium) -> None:
        """Make the edits for a medium."""
        for first, last in self.overruled:
            lines[first - 1 : last] = [""] * (last - first + 1)
        in_order = sorted(
            enumerate(self.edits), key=lambda one: (one[1].line, one[1].start, one[0])
        )
        for _, edit in reversed(in_order):
            text = edit.site if medium == "site" else edit.notebook
            if text is None:
                continue
            line = lines[edit.line - 1]
            before, after = line[: edit.start], line[edit.end :]
            goes_on = "".join(lines[edit.line : edit.line + 1]).strip(" \t>")
            if goes_on and line.strip() and not (before + text + after).strip(" \t>"):
                text = NOTHING
            lines[edit.line - 1] = before + text + after
