"""Read a Carpentries Workbench page: Markdown text -> Episode.

One markdown-it pass finds front matter, headings, fenced divs, code blocks with what was
recorded of them, figures and claims, each with its line. Nothing here runs code, opens
another file or knows of Sphinx.
"""

import difflib
import functools
import re
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

from markdown_it.token import Token

from lesson_engine.core import html, magics, pandoc, yaml_text
from lesson_engine.core.choices import OPTION
from lesson_engine.core.differences import differences
from lesson_engine.core.divs import DIV_KINDS, is_task
from lesson_engine.core.edits import Edits, captions
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.markdown import COMMENT, DEEPEST, lines_of, parse
from lesson_engine.core.model import (
    HEADING_ATTRIBUTES,
    Answer,
    Block,
    Claim,
    Div,
    Episode,
    FenceOpening,
    Figure,
    Given,
    Heading,
    Hidden,
    Link,
    Oddity,
    Option,
    Recorded,
    Skeleton,
    TableHead,
    Varying,
)
from lesson_engine.core.pandoc import ATTRIBUTES, PUNCTUATION, Change

BELOW = re.compile(r"[ ]*\n?[ ]*(?=\{)")  # attributes on the line below, which Pandoc doesn't take
BRACES_BELOW = (
    "the Workbench shows these braces as text; put them directly behind the picture, on its line"
)
ALT = re.compile(r"""(?:^|\s)alt\s*=\s*(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)")""", re.S)
DIRECTIVE = re.compile(r"\s*(?P<name>[a-z-]+)(?:\s+\"(?P<words>[^\"]*)\")?\s*:(?P<value>.*)", re.S)
NUMBER = re.compile(r"\d+(?:\.\d+)?")

ODD_CHARACTERS = {
    "\0": "holds a character with the code 0, which is not text; remove it",
    r"\A\ufeff": "begins with a byte-order mark; save the file as UTF-8 without it",
    r"\r(?!\n)": "holds a carriage return that ends no line; save the file with usual line ends",
}

PYTHON = ("python", "py", "python3", "ipython", "ipython3")  # what editors call it
NUMBER_BEHIND = re.compile(r"(?:-\d+)?")  # as in "#challenge" and "#challenge-1"
OWN_PLACE = re.compile(r"\{[^{}]*#(?P<id>[^\s{}]+)[^{}]*\}\s*$")
LANGUAGE_BELOW = re.compile(r"\{:\s*\.(?:language-)?(?P<language>[\w-]+)\s*\}")  # before 2022
RECORDED = ("output", "warning", "error")
NUMBERED = ("tolerance", "figure-tolerance", "timeout")  # directives that give a number
VARIES = "varies"  # the directive below a block whose output is not the same in each run
RUN = "run"  # the directive that holds code which runs and is not shown
TRY = "try"  # the directive that holds code which only notebooks have, to play with
GIVEN = "given"  # the directive below a paragraph whose numbers its author vouches for
ANSWER = "answer"  # the directive below the options of a challenge
DIRECTIVES = (*NUMBERED, VARIES, "claim", GIVEN, ANSWER)
QUOTED = re.compile(r"""(?P<quote>["'`])(?P<pattern>.+?)(?P=quote)\s*,?\s*(?P<reason>.*)""", re.S)
BLANKS = re.compile(r"(?<!\w)_{3,}(?!\w)")
SKIP = "skip"  # the directive above a block that is shown and not run, with the reason
PASTE = "paste"  # the directive above a block: it is given to learners, who needn't type it
CONTAINERS = {"list_item_open": "list item", "blockquote_open": "quotation"}
BREAKS = ("softbreak", "hardbreak")


def read_page(lesson: Lesson, path: Path) -> Episode:
    """Read a page of a lesson, with the links that all its pages share.

    Raises: as read_file.
    """
    return read_file(path, lesson.shown(path), lesson.shared_links)


def read_file(path: Path, shown_path: Path | None = None, links: str = "") -> Episode:
    """Read one Markdown file.

    Args:
        path: the file.
        shown_path: how messages should name it; by default as given.
        links: Markdown with link definitions that hold for the page, too.

    Raises: LessonError if it is not there, not UTF-8 or not a lesson page.
    """
    shown_path = shown_path or path
    return read_once(text_of(path, shown_path), shown_path, links)


def text_of(path: Path, shown_path: Path) -> str:
    """The text of a file. Raises: LessonError if it is not there or not UTF-8."""
    try:
        content = path.read_bytes()
        return content.decode("utf-8")
    except OSError as error:
        raise LessonError(shown_path, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LessonError(shown_path, line, "is not UTF-8 text; save the file as UTF-8") from error


def read(text: str, path: str | Path = "<text>", links: str = "") -> Episode:
    """Read the text of one page.

    Args:
        text: Workbench Markdown.
        path: used in messages.
        links: Markdown with link definitions that hold for the page, too.

    Raises: LessonError, with the line, for a div, block or comment that is never closed, a div
        that is unknown or unopened, front matter that is not YAML, a directive that makes no
        sense, and characters that other tools would read in another way.
    """
    path = Path(path)
    refuse_odd_characters(text, path)
    return _Reading(text, path, links).episode()


# a check needs every page twice, a build three times; nobody can change an Episode. A lesson with
# more pages than are kept would find none: they are asked for in the same order each time.
read_once = functools.lru_cache(maxsize=512)(read)


def language_of(info: str) -> tuple[str, tuple[str, ...]]:
    """The language of a fence and its classes, from what stands behind its ticks.

    Pandoc's "{.python .skeleton}", R Markdown's "{python, echo=FALSE}" and what editors call
    Python ("Python", "py", "python3", "python,nolint") are all "python".
    """
    inside = info.strip("{} ") if info.startswith("{") else info
    words = re.findall(r"\.([\w-]+)", inside) if inside.startswith(".") else []
    first = words[0] if words else re.split(r"[\s,{]", inside, maxsplit=1)[0]
    language = "" if first.startswith("#") else first.lower()
    return ("python" if language in PYTHON else language), tuple(words[1:])


def refuse_odd_characters(text: str, path: Path) -> None:
    """Raise LessonError, with the line, for what Markdown tools silently replace or drop."""
    for odd, message in ODD_CHARACTERS.items():
        match = re.search(odd, text)
        if match:
            raise LessonError(path, text.count("\n", 0, match.start()) + 1, message)


def contains(sentence: str, words: str) -> bool:
    """True if the words stand in the sentence, however lines break, between word borders."""
    words = " ".join(words.split())
    left = r"(?<![\w.])" if re.match(r"\w", words) else ""
    right = r"(?!\w|[.,]\d)" if re.search(r"\w$", words) else ""
    return bool(words) and re.search(left + re.escape(words) + right, sentence) is not None


@dataclass
class _OpenBlock:
    """A block to which what stands below it may still belong. Attributes: as in Block."""

    source: str
    first_line: int
    last_line: int
    prefix: str
    classes: tuple[str, ...]
    divs: tuple[str, ...]
    paste: bool
    skip: str
    recorded: list[Recorded] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)
    varies: Varying | None = None
    directive_lines: dict[str, int] = field(default_factory=dict)

    def has_error(self) -> bool:
        return any(part.kind == "error" for part in self.recorded)

    def closed(self) -> Block:
        return Block(
            source=self.source,
            first_line=self.first_line,
            last_line=self.last_line,
            prefix=self.prefix,
            classes=self.classes,
            divs=self.divs,
            recorded=tuple(self.recorded),
            figures=tuple(self.figures),
            tolerance=self.numbers.get("tolerance"),
            figure_tolerance=self.numbers.get("figure-tolerance", 0.0),
            timeout=self.numbers.get("timeout"),
            paste=self.paste,
            skip=self.skip,
            varies=self.varies,
            directive_lines=self.directive_lines,
        )


@dataclass(frozen=True)
class _Opened:
    """A div, a list item or a quotation that is not closed yet.

    Attributes:
        name: the div's class, or what a container is called.
        line: where it begins, from 1.
        depth: how many divs were open there.
        place: the id that the author gave a div; "" for none.
    """

    name: str
    line: int
    depth: int
    place: str = ""


class _Reading:
    """One pass over the tokens of one text."""

    def __init__(self, text: str, path: Path, links: str) -> None:
        self.text, self.path = text, path
        self.lines = text.split("\n")
        self.front_matter: dict[str, Any] = {}
        self.body_line = 1
        self.blocks: list[_OpenBlock] = []
        self.skeletons: list[Skeleton] = []
        self.divs: list[Div] = []
        self.figures: list[Figure] = []
        self.claims: list[Claim] = []
        self.given: list[Given] = []
        self.answers: list[Answer] = []
        self.options: list[Option] = []
        self.challenge = 0  # the line in which the last one begins
        self.table: list[str] = []  # what stands in the cells of the table so far
        self.hidden: list[Hidden] = []
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.comment_lines: list[tuple[int, int]] = []
        self.fence_openings: list[FenceOpening] = []
        self.table_heads: list[tuple[int, list[str]]] = []
        self.oddities: list[Oddity] = []
        self.differences: list[Oddity] = []

        self.open_divs: list[_Opened] = []
        self.containers: list[_Opened] = []
        self.block: _OpenBlock | None = None  # the block that the next token may belong to
        self.fence_above = False  # the token above was code in another language
        self.paragraph: str | None = None  # the text of the paragraph directly above
        self.above: dict[str, tuple[int, str]] = {}  # directives that wait for their block
        parsed = parse(text, links)
        self.references, self.overruled = parsed.references, parsed.overruled
        self.edits = Edits(self.lines)
        self.captions = {id(token): where for token, where in captions(parsed.tokens)}
        for at, token in enumerate(parsed.tokens):
            self.take(token, parsed.tokens[at - 1] if at else None)
        self.differences += differences(parsed.tokens, self.lines)
        self.finish()

    def episode(self) -> Episode:
        """What was found."""
        return Episode(
            path=self.path,
            text=self.text,
            front_matter=self.front_matter,
            body_line=self.body_line,
            blocks=tuple(block.closed() for block in self.blocks),
            skeletons=tuple(self.skeletons),
            divs=tuple(sorted(self.divs, key=lambda div: div.first_line)),
            figures=tuple(self.figures),
            claims=tuple(self.claims),
            given=tuple(self.given),
            options=tuple(self.options),
            answers=tuple(self.answers),
            hidden=tuple(self.hidden),
            headings=tuple(self.headings),
            links=tuple(self.links),
            comment_lines=tuple(self.comment_lines),
            fence_openings=tuple(self.fence_openings),
            oddities=tuple(self.oddities),
            table_heads=tuple(TableHead(line, tuple(cells)) for line, cells in self.table_heads),
            references=self.references,
            differences=tuple(self.differences),
            edits=tuple(self.edits.found),
            notes=tuple(pandoc.rewritten(note, "site") for note in self.edits.notes),
            overruled=tuple((first, last) for _, first, last in self.overruled),
        )

    def fail(self, line: int, message: str) -> NoReturn:
        raise LessonError(self.path, line, message)

    def finish(self) -> None:
        """Fail for what was begun and never ended."""
        self.refuse_above()
        if self.overruled:
            labels = ", ".join(sorted({f"[{label.lower()}]" for label, _, _ in self.overruled}))
            message = f"{labels}: defined more than once; the last holds, and links.md comes last"
            self.oddities.append(Oddity(self.overruled[0][1], message))
        if self.open_divs:
            div = self.open_divs[-1]
            self.fail(div.line, f"this '{div.name}' div is never closed; add a line of colons")

    def take(self, token: Token, before: Token | None) -> None:
        if token.type != "fence":
            self.refuse_above()
        if token.type in ("paragraph_open", "paragraph_close", "heading_close"):
            return
        if token.type == "front_matter":
            self.take_front_matter(token)
        elif token.type == "div":
            self.take_div(token)
        elif token.type == "fence":
            self.take_fence(token)
        elif token.type == "html_block":
            self.take_html(token)
        elif token.type == "inline":
            self.take_inline(token, before)
        else:
            self.take_other(token)

    def take_other(self, token: Token) -> None:
        """Lists, quotations, tables and so on: what they hold comes as tokens of its own."""
        if token.type == "table_open":
            self.table = []
        if token.type == "thead_open":
            self.table_heads.append((lines_of(token)[0], []))
        if token.type in CONTAINERS:
            line, _ = lines_of(token)
            if token.level > DEEPEST:
                self.fail(line, "lists and quotations are nested too deep here")
            self.containers.append(_Opened(CONTAINERS[token.type], line, len(self.open_divs)))
        elif token.type in ("list_item_close", "blockquote_close"):
            self.close_container()
        if not token.type.endswith("_close"):
            self.paragraph = None
        self.forget_block()

    def forget_block(self) -> None:
        self.block, self.fence_above = None, False

    def refuse_above(self) -> None:
        """Fail if a <!-- paste --> or <!-- skip: … --> still waits for its block."""
        for name, (line, _) in self.above.items():
            self.fail(line, f"'{name}' belongs directly above a ```python block that runs")

    def take_front_matter(self, token: Token) -> None:
        first, last = lines_of(token)
        self.body_line = last + 1
        try:
            front_matter = yaml_text.load(token.content)
        except yaml_text.FAILURES as error:
            line, message = yaml_text.what_failed(error)
            self.fail(first + (line or 1), f"the front matter {message}")
        if not isinstance(front_matter, dict):
            self.fail(1, "the front matter needs lines such as 'title: …'")
        self.front_matter = front_matter

    def div_names(self) -> tuple[str, ...]:
        return tuple(div.name for div in self.open_divs)

    def take_div(self, token: Token) -> None:
        line, _ = lines_of(token)
        if not token.meta["opens"]:
            floor = self.containers[-1].depth if self.containers else 0
            if len(self.open_divs) <= floor:
                self.fail(line, "these colons close a div that was never opened; remove them")
            div = self.open_divs.pop()
            self.divs.append(Div(div.name, div.line, line, div.depth, div.place))
        else:
            place = token.meta["place"]
            if token.info == "challenge":
                self.challenge = line
            self.open_divs.append(_Opened(token.info, line, len(self.open_divs), place))
            if token.meta["both"]:
                message = "the Workbench takes this line for text; write ::: {.%s #id}"
                self.oddities.append(Oddity(line, message % token.info))
            self.look_at_name(token.info, line)
        self.paragraph = None
        self.forget_block()

    def look_at_name(self, name: str, line: int) -> None:
        """Note a div that the Workbench does not know: it shows what is in it, in no box."""
        if name in DIV_KINDS:
            return
        called = f"'{name}'" if name else "a div without a class"
        close = difflib.get_close_matches(name, DIV_KINDS, 1)
        hint = f"did you mean '{close[0]}'?" if close else "known are " + ", ".join(DIV_KINDS)
        self.oddities.append(Oddity(line, f"{called} is not a div of the Workbench; {hint}"))

    def close_container(self) -> None:
        container = self.containers.pop()
        if len(self.open_divs) > container.depth:
            div = self.open_divs[-1]
            self.fail(
                div.line,
                f"this '{div.name}' div is opened in a {container.name} and not closed there",
            )

    def take_fence(self, token: Token) -> None:
        info = token.info.strip()
        language, classes = language_of(info)
        first, last = lines_of(token)
        self.fence_openings.append(FenceOpening(first, info, language))
        if language != "python" or "skeleton" in classes:
            self.refuse_above()
        content = token.content.count("\n") + (not token.content.endswith("\n"))
        if last - first - 1 != (content if token.content else 0):
            self.fail(first, "this block is never closed; add a line of ```")
        if language in RECORDED:
            self.take_recorded(language, token)
        elif language == "python" and ("skeleton" in classes or self.has_blanks(token)):
            source = token.content.removesuffix("\n")
            marked = "skeleton" in classes
            self.skeletons.append(Skeleton(source, first, last, self.div_names(), marked))
            self.block, self.fence_above = None, not marked
        elif language == "python":
            self.take_block(token, classes)
        else:
            self.block, self.fence_above = None, True
        if language not in RECORDED:
            self.paragraph = None

    def has_blanks(self, token: Token) -> bool:
        """True for code in a challenge that learners complete; its solution is what runs."""
        return is_task(self.div_names()) and BLANKS.search(token.content) is not None

    def take_recorded(self, kind: str, token: Token) -> None:
        first, last = lines_of(token)
        if self.block is not None:
            if kind == "error" and self.block.has_error():
                self.fail(first, "a block raises one error at most; remove this one")
            self.block.recorded.append(
                Recorded(kind, token.content.removesuffix("\n"), first, last)
            )
        else:
            if not self.fence_above:
                message = f"this {kind} belongs to no block; put it below one, or call it ```text"
                self.oddities.append(Oddity(first, message))
            self.paragraph = None

    def take_block(self, token: Token, classes: tuple[str, ...]) -> None:
        first, last = lines_of(token)
        prefix = self.lines[last - 1].partition(token.markup[:3])[0]
        if ">\t" in prefix:  # how wide it is depends on what stands before
            self.fail(last, "a tab stands between > and this block; write blanks instead")
        self.block = _OpenBlock(
            source=token.content.removesuffix("\n"),
            first_line=first,
            last_line=last,
            prefix=prefix,
            classes=classes,
            divs=self.div_names(),
            paste=PASTE in self.above,
            skip=self.above.get(SKIP, (0, ""))[1] or magics.never_run(token.content),
        )
        self.above = {}
        self.blocks.append(self.block)
        self.fence_above = False

    def take_html(self, token: Token) -> None:
        first, last = lines_of(token)
        if token.content.rfind("<!--") > token.content.rfind("-->"):
            self.fail(first, "a comment is opened here and never closed; add -->")
        self.take_comments(token.content, first, (first, last))
        self.take_pictures(token.content, first)

    def take_inline(self, token: Token, before: Token | None) -> None:
        first, last = lines_of(token)
        if before is not None and before.type == "th_open":
            self.table_heads[-1][1].append(token.content.strip())
        if before is not None and before.type == "heading_open":
            level = int(before.tag[1:])
            text = HEADING_ATTRIBUTES.sub("", token.content.strip())
            place = self.place_of(token.content, text)
            self.headings.append(Heading(level, text, first, self.div_names(), place))
            self.forget_block()
        below = LANGUAGE_BELOW.match(token.content)
        if below and self.fence_openings and self.fence_above:
            message = (
                f"this block is not run: its language, {below['language']}, stands below it, as in "
                "lessons from before 2022; write it behind the ticks above"
            )
            self.oddities.append(Oddity(self.fence_openings[-1].line, message))
        self.take_text(token, before)
        line, figures, children = first, [], token.children or []
        rewritten: list[Change] = []
        own_paragraph = before is not None and before.type == "paragraph_open"
        for at, child in enumerate(children):
            if child.type in BREAKS:
                line += 1
            elif child.type == "image":
                figure, change = _figure_at(token, at, own_paragraph)
                figures.append(figure)
                rewritten.append(change)
                if re.match(r"\s+\{", token.content[child.meta["end"] : change.end]):
                    self.differences.append(Oddity(line + 1, BRACES_BELOW))
            elif child.type == "html_inline":
                self.take_comments(child.content, line, None)
                self.take_pictures(child.content, line)
                line += child.content.count("\n")
            elif child.type == "link_open":
                self.links.append(_link_at(children[at:], line))
        if id(token) in self.captions:
            self.edits.caption(token, self.captions[id(token)])
        self.edits.take(token, before, rewritten)
        self.place_figures(figures)

    def take_text(self, token: Token, before: Token | None) -> None:
        """Keep what directives below are about: a paragraph, all of a table, an option."""
        text = " ".join(COMMENT.sub(" ", token.content).split())
        option = OPTION.match(text)
        names = self.div_names()
        if option and is_task(names) and "hint" not in names:
            line, _ = lines_of(token)
            self.options.append(Option(option["letter"], option["text"], line))
        if before is not None and before.type in ("td_open", "th_open"):
            self.table.append(text)
            text = " | ".join(self.table)
        self.paragraph = text

    def take_pictures(self, piece: str, line: int) -> None:
        """Note the pictures in a piece of HTML that begins on a line."""
        for picture in html.pictures(piece):
            at = line + picture.line
            self.figures.append(Figure(picture.source, "", picture.alt, (), at, at, False))

    def place_of(self, written: str, text: str) -> str:
        """What links to a heading end in; see Pandoc's manual on header identifiers."""
        own = OWN_PLACE.search(written)
        if own:
            return own["id"]
        plain = pandoc.plain(re.sub(r"(?<![`-])-{2,3}(?![`-])", " ", text))
        words = re.sub(r"[^\w\s.-]", "", plain.lower())
        place = re.sub(r"^[^a-zà-öø-ÿ]+", "", re.sub(r"\s+", "-", words.strip())) or "section"
        taken = [heading.place for heading in self.headings if heading.place.startswith(place)]
        number = sum(NUMBER_BEHIND.fullmatch(one, len(place)) is not None for one in taken)
        return f"{place}-{number}" if number else place

    def place_figures(self, figures: list[Figure]) -> None:
        drawn = [figure for figure in figures if "cell-output" in figure.classes]
        for figure in drawn:
            if self.block is None or not figure.alone:
                self.fail(
                    figure.first_line,
                    "a figure of class cell-output stands alone, directly below its block",
                )
            self.block.figures.append(figure)
        if not drawn:
            self.figures += figures
            self.forget_block()

    def take_comments(self, html: str, line: int, own_lines: tuple[int, int] | None) -> None:
        """Look for directives in a piece of HTML.

        Args:
            html: the piece.
            line: where it starts.
            own_lines: its first and last line if it is a paragraph of its own, else None.
        """
        for comment in COMMENT.finditer(html):
            at = line + html[: comment.start()].count("\n")
            word = comment["inside"].strip()
            if difflib.get_close_matches(word.lower(), [PASTE], 1, 0.85):
                alone = own_lines if html.strip() == comment[0] else None
                self.take_paste(word, at, alone)
                continue
            match = DIRECTIVE.fullmatch(comment["inside"])
            if match is None:
                continue
            if match["name"] in (SKIP, RUN, TRY):
                if own_lines is None:
                    self.fail(at, f"'{match['name']}' stands on a line of its own")
                if match["name"] == SKIP:
                    self.take_skip(match["value"].strip(), at)
                else:
                    self.take_hidden(match["name"], match["value"], at, own_lines)
                self.comment_lines.append(own_lines)
                continue
            self.take_directive(match["name"], match["words"], match["value"].strip(), at)
            if own_lines is not None and match["name"] in DIRECTIVES:
                self.comment_lines.append(own_lines)

    def take_paste(self, word: str, line: int, own_lines: tuple[int, int] | None) -> None:
        if word != PASTE:
            self.fail(line, f"'{word}': did you mean <!-- {PASTE} -->?")
        if own_lines is None:
            self.fail(line, "'paste' stands on a line of its own, above a ```python block")
        self.above[PASTE] = line, ""
        self.comment_lines.append(own_lines)

    def take_skip(self, reason: str, line: int) -> None:
        if not re.search(r"\w{2}", reason):
            self.fail(line, f"say why this block isn't run: <!-- {SKIP}: needs a GPU -->")
        self.above[SKIP] = line, " ".join(reason.split())

    def take_hidden(self, name: str, value: str, line: int, lines: tuple[int, int]) -> None:
        """Code in a comment: it is one more cell, and what stood above it is closed."""
        code = textwrap.dedent(value.lstrip(" ")).rstrip()
        first = line + len(code) - len(code.lstrip("\n"))
        if not code.strip():
            self.fail(line, f"there is nothing to run here; write <!-- {name}: code -->")
        offered = name == TRY
        self.hidden.append(Hidden(code.strip("\n"), *lines, first, self.div_names(), offered))
        self.forget_block()

    def take_varying(self, value: str, line: int) -> None:
        if self.block is None:
            self.fail(line, f"'{VARIES}' belongs directly below a block of code")
        quoted = QUOTED.fullmatch(value)
        pattern, reason = (quoted["pattern"], quoted["reason"]) if quoted else ("", value)
        try:
            re.compile(pattern)
        except re.error as error:
            self.fail(line, f"{pattern!r} is not a regular expression: {error}")
        if not re.search(r"\w{2}", reason):
            self.fail(line, f"say why: <!-- {VARIES}: because no seed is set -->")
        self.block.varies = Varying(pattern, " ".join(reason.split()))
        self.block.directive_lines[VARIES] = line

    def take_directive(self, name: str, words: str | None, value: str, line: int) -> None:
        if name == "claim":
            self.take_claim(words, value, line)
        elif name in NUMBERED:
            self.take_number(name, value, line)
        elif name == VARIES:
            self.take_varying(value, line)
        elif name == GIVEN:
            self.take_given(value, line)
        elif name == ANSWER:
            self.take_answer(words, value, line)
        elif name == PASTE:
            self.fail(line, f"'{PASTE}' takes no value; write <!-- {PASTE} -->")
        elif close := difflib.get_close_matches(name, DIRECTIVES, 1, 0.8):
            self.fail(line, f"'{name}' is not a directive; did you mean '{close[0]}'?")

    def take_number(self, name: str, value: str, line: int) -> None:
        if self.block is None:
            self.fail(line, f"'{name}' belongs directly below a block of code")
        number = NUMBER.match(value)
        if number is None:
            self.fail(line, f"'{name}' needs a number: <!-- {name}: 0.02, because … -->")
        self.block.numbers[name] = float(number[0])
        self.block.directive_lines[name] = line
        if name != "timeout" and not re.search(r"\w{2}", value[number.end() :]):
            self.fail(line, f"say why: <!-- {name}: {number[0]}, because … -->")

    def take_claim(self, words: str | None, value: str, line: int) -> None:
        if not self.paragraph:
            self.fail(line, "a claim stands directly below the sentence that it tests")
        expression = " ".join(value.split())
        try:
            with warnings.catch_warnings(action="ignore"):
                compile(expression, "<claim>", "eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
            reason = getattr(error, "msg", error)
            self.fail(line, f"the claim is not a Python expression: {reason}")
        if words is not None:
            self.require(words, self.paragraph, line)
        self.claims.append(Claim(expression, words, self.paragraph, line))

    def require(self, words: str, above: str, line: int) -> None:
        """Fail if what a directive quotes doesn't stand above it any more."""
        if not contains(above, words):
            self.fail(line, f'the sentence above no longer says "{words}"; change one of the two')

    def take_answer(self, letter: str | None, value: str, line: int) -> None:
        """The right options; `answer "C": expression` tests what option C says, as a claim does."""
        letters = tuple(re.findall(r"[A-Z]", value if letter is None else letter))
        options = {one.letter: one.text for one in self.options if one.line > self.challenge}
        if not letters or not options:
            self.fail(line, "an answer stands below the options of a challenge: <!-- answer: C -->")
        for each in letters:
            if each not in options:
                self.fail(line, f"there is no option {each} in this challenge")
        self.answers.append(Answer(letters, line))
        if letter is not None:
            self.paragraph = options[letters[0]]
            self.take_claim(None, value, line)

    def take_given(self, value: str, line: int) -> None:
        quoted = QUOTED.fullmatch(value)
        if not self.paragraph:
            self.fail(line, f"'{GIVEN}' stands directly below the paragraph that it is about")
        if quoted is None or not re.search(r"\w{2}", quoted["reason"]):
            message = 'quote the words and say why: <!-- given: "ten classes", so it was made -->'
            self.fail(line, message)
        words = quoted["pattern"]
        self.require(words, self.paragraph, line)
        self.given.append(Given(words, " ".join(quoted["reason"].split()), line))


def _link_at(children: Sequence[Token], line: int) -> Link:
    """The link that the first of some tokens opens."""
    text = ""
    for child in children:
        if child.type == "link_close":
            break
        text += child.content
    return Link(str(children[0].attrs.get("href", "")), text, line)


def _figure_at(token: Token, at: int, own_paragraph: bool) -> tuple[Figure, Change]:
    """The picture that is one of a paragraph's tokens, and how MyST and Jupyter read it.

    Args:
        token: the paragraph's, of type "inline".
        at: place of the picture among its tokens.
        own_paragraph: False for a cell of a table, or a heading.
    """
    content, children, lines = token.content, token.children or [], lines_of(token)
    image = children[at]
    start, end, label = image.meta["start"], image.meta["end"], image.meta["label"]
    below = BELOW.match(content, end)
    match = ATTRIBUTES.match(content, below.end() if below else end)
    if match is not None and match.start() > end and not ALT.search(match["inside"]):
        match = None  # braces in a sentence
    inside = match["inside"] if match else ""
    alt = ALT.search(inside)
    text = None if alt is None else " ".join((alt["single"] or alt["double"] or "").split())
    given = pandoc.attributes(inside)
    end = match.end() if match else end
    alone = own_paragraph and at == 0 and not content[end:].strip()
    caption = " ".join((label if alone else image.content).split())
    source = str(image.attrs.get("src", ""))
    name = source if ":" in source else unquote(source)  # of the file
    size = given.size()
    address = f"<{source}>" if re.search(r"[\s()]", source) else source
    address += f' "{image.attrs["title"]}"' if '"' not in str(image.attrs.get("title", '"')) else ""
    words = PUNCTUATION.sub(r"\\\1", image.content if text is None else text)
    shown = f"![{' '.join(words.split())}]({address}){given.for_myst(*size)}"
    plain = f"![{label if alone else ' '.join(words.split())}]({address})"
    change = Change(start, end, None if alone else shown, plain)
    return Figure(name, caption, text, given.classes, *lines, alone, " ".join(size)), change
