"""Read a Carpentries Workbench episode: Markdown text -> Episode.

One markdown-it pass finds front matter, headings, fenced divs, code blocks with what was
recorded of them, figures and claims, each with its line. Nothing here runs code, opens
another file or knows of Sphinx.
"""

import difflib
import functools
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin

from lesson_engine.divs import DIV_KINDS
from lesson_engine.errors import LessonError

# "::: challenge", "::::: {.challenge #id}" open a Pandoc fenced div, "::::" closes one.
# (++ and *+ never look back: a very long line takes no longer than its length.)
DIV = re.compile(r":{3,}+\s*+(?:(?P<word>[\w-]++)|\{(?P<attributes>[^}]*+)\})?+\s*+:*+")
ATTRIBUTES = re.compile(r"\{(?P<inside>(?:[^{}'\"]|'[^']*'|\"[^\"]*\")*)\}", re.S)
ALT = re.compile(r"""(?:^|\s)alt\s*=\s*(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)")""", re.S)
COMMENT = re.compile(r"<!--(?P<inside>.*?)-->", re.S)
DIRECTIVE = re.compile(r"\s*(?P<name>[a-z-]+)(?:\s+\"(?P<words>[^\"]*)\")?\s*:(?P<value>.*)", re.S)
NUMBER = re.compile(r"\d+(?:\.\d+)?")

ODD_CHARACTERS = {
    "\0": "holds a character with the code 0, which is not text; remove it",
    r"\A\ufeff": "begins with a byte-order mark; save the file as UTF-8 without it",
    r"\r(?!\n)": "holds a carriage return that ends no line; save the file with usual line ends",
}

RECORDED = ("output", "warning", "error")
BLOCK_DIRECTIVES = ("tolerance", "figure-tolerance", "timeout")
DIRECTIVES = (*BLOCK_DIRECTIVES, "claim")
PASTE = "paste"  # the directive above a block: it is given to learners, who needn't type it
DEEPEST = 18  # markdown-it, and MyST with it, drops in silence what is nested deeper than 20
# what PyYAML lets through: "2026-13-01", "!!int ''", "!!bool x", a thousand brackets
YAML_FAILURES = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
CONTAINERS = {"list_item_open": "list item", "blockquote_open": "quotation"}


@dataclass
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


@dataclass
class Figure:
    """A picture in the text, or drawn by the block above it (class cell-output).

    Attributes:
        source: its address as written, such as "fig/05_curves.png".
        caption, alt: text; alt is None where the author gave none.
        classes: Pandoc classes, without dots.
        first_line, last_line: of the paragraph it stands in, from 1.
        alone: True if the paragraph holds nothing else.
    """

    source: str
    caption: str
    alt: str | None
    classes: tuple
    first_line: int
    last_line: int
    alone: bool


@dataclass
class Block:
    """Code that runs.

    Attributes:
        source: the code.
        first_line, last_line: of its fence, from 1; code starts at first_line + 1.
        prefix: what stands before the closing fence ("  " in a list, "> " in a quotation).
        classes: Pandoc classes beside "python".
        divs: names of the divs around it, outermost first.
        recorded: Recorded fences below it, in order.
        figures: Figures that it draws, in order.
        tolerance: largest absolute difference allowed between two numbers in its output;
            None if every digit counts.
        figure_tolerance: largest mean difference between two pictures, 0 to 1.
        timeout: seconds it may take; None for the lesson's own limit.
        paste: True if learners are given the block to paste, and don't type it.
        directive_lines: line of each directive, by name.
    """

    source: str
    first_line: int
    last_line: int
    prefix: str
    classes: tuple
    divs: tuple
    recorded: list = field(default_factory=list)
    figures: list = field(default_factory=list)
    tolerance: float | None = None
    figure_tolerance: float = 0.0
    timeout: float | None = None
    paste: bool = False
    directive_lines: dict = field(default_factory=dict)

    @property
    def expects_error(self):
        """True if an ```error is recorded below the block."""
        return any(part.kind == "error" for part in self.recorded)


@dataclass
class Skeleton:
    """Code that is shown and not run, usually with blanks to fill.

    Attributes: as in Block.
    """

    source: str
    first_line: int
    last_line: int
    divs: tuple


@dataclass
class Claim:
    """A sentence whose truth is tested.

    Attributes:
        expression: Python, evaluated in the episode's kernel after the block above.
        words: what the sentence must contain, if quoted in the claim; else None, and the
            expression itself has to give the words.
        sentence: the text of the paragraph that the claim belongs to.
        line: from 1.
        after: number of blocks above it.
    """

    expression: str
    words: str | None
    sentence: str
    line: int
    after: int


@dataclass
class Div:
    """A fenced div.

    Attributes:
        name: its class, such as "challenge".
        first_line, last_line: of its two fences, from 1.
        depth: 0 if no div is around it.
    """

    name: str
    first_line: int
    last_line: int
    depth: int


@dataclass
class Heading:
    """A heading. Attributes: level 1 to 6, its text, its line from 1, the divs around it."""

    level: int
    text: str
    line: int
    divs: tuple


@dataclass
class Link:
    """A link. Attributes: its target as written, its text, the line of its paragraph."""

    target: str
    text: str
    line: int


@dataclass
class Episode:
    """What an episode holds, each list in the order of the text.

    Attributes:
        path: where the text came from, used in messages.
        text: all of it, unchanged.
        front_matter: dict; body_line: the line on which the body starts, from 1.
        comment_lines: (first, last) of every tool directive that is a paragraph of its own.
        fence_openings: (line, info string, language) of every fence, code or not.
        table_heads: (line, list of text) of the first row of every table.
        references: dict of link definitions, label in capitals -> address; the lesson's
            links.md included.
    """

    path: Path
    text: str
    front_matter: dict = field(default_factory=dict)
    body_line: int = 1
    blocks: list = field(default_factory=list)
    skeletons: list = field(default_factory=list)
    divs: list = field(default_factory=list)
    figures: list = field(default_factory=list)
    claims: list = field(default_factory=list)
    headings: list = field(default_factory=list)
    links: list = field(default_factory=list)
    comment_lines: list = field(default_factory=list)
    fence_openings: list = field(default_factory=list)
    table_heads: list = field(default_factory=list)
    references: dict = field(default_factory=dict)

    @property
    def name(self):
        """The file's name without its ending, such as "05-fit-cnn"."""
        return Path(self.path).stem

    def plain_lines(self):
        """Lines of the text, as many as there are, that every Markdown tool understands.

        The front matter is empty lines, and Pandoc's "{.python .skeleton}" is "python".
        """
        lines = self.text.replace("\r\n", "\n").split("\n")
        lines[: self.body_line - 1] = [""] * (self.body_line - 1)
        for line, info, language in self.fence_openings:
            if info.startswith("{."):
                lines[line - 1] = lines[line - 1].replace(info, language)
        return lines

    @property
    def title(self):
        """The title in the front matter, or the file's name."""
        return str(self.front_matter.get("title", self.name))


def read_page(lesson, path):
    """Read a page of a lesson, with the links that all its pages share.

    Args:
        lesson: Settings.
        path: the file.

    Returns and raises: as read_file.
    """
    return read_file(path, lesson.shown(path), lesson.shared_links)


def read_file(path, shown_path=None, links=""):
    """Read one Markdown file.

    Args:
        path: the file.
        shown_path: how messages should name it; by default as given.
        links: Markdown with link definitions that hold for the page, too.

    Returns: Episode.
    Raises: LessonError if it is not there, not UTF-8 or not a lesson page.
    """
    shown_path = shown_path or path
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise LessonError(shown_path, None, f"cannot be read: {error.strerror}") from error
    try:
        return read_once(content.decode("utf-8"), shown_path, links)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LessonError(shown_path, line, "is not UTF-8 text; save the file as UTF-8") from error


def read(text, path="<text>", links=""):
    """Read the text of one page.

    Args:
        text: Workbench Markdown.
        path: used in messages.
        links: Markdown with link definitions that hold for the page, too.

    Returns: Episode.
    Raises: LessonError, with the line, for a div, block or comment that is never closed, a div
        that is unknown or unopened, front matter that is not YAML, a directive that makes no
        sense, and characters that other tools would read in another way.
    """
    refuse_odd_characters(text, path)
    return _Reading(text, path, links).episode


# a check needs every page twice, a build three times; nobody changes an Episode
read_once = functools.lru_cache(maxsize=64)(read)


def refuse_odd_characters(text, path):
    """Raise LessonError, with the line, for what Markdown tools silently replace or drop."""
    for odd, message in ODD_CHARACTERS.items():
        match = re.search(odd, text)
        if match:
            raise LessonError(path, text.count("\n", 0, match.start()) + 1, message)


def markdown_parser():
    """markdown-it for CommonMark, front matter and Pandoc's fenced divs."""
    parser = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    parser.block.ruler.before(
        "fence", "div", _div_rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    return parser


def _div_rule(state, start, end, silent):
    """A block rule of markdown-it: one line of colons becomes one "div" token."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    match = DIV.fullmatch(line.strip())
    if match is None or state.is_code_block(start):
        return False
    if silent:  # Pandoc: only a closing line may interrupt a paragraph
        return not (match["word"] or match["attributes"])
    classes = re.findall(r"\.([\w-]+)", match["attributes"] or "")
    token = state.push("div", "", 0)
    token.info = match["word"] or (classes[0] if classes else "")
    # "::: {#id}" has no class, and yet it opens a div.
    token.meta["opens"] = bool(match["word"] or match["attributes"] is not None)
    token.map = [start, start + 1]
    state.line = start + 1
    return True


def _ended(text):
    """The text with an end to its last line: without, markdown-it-py stops at some."""
    return text if text.endswith("\n") else text + "\n"


class _Reading:
    """One pass over the tokens of one text."""

    def __init__(self, text, path, links):
        self.episode = Episode(path=path, text=text)
        self.lines = text.split("\n")
        self.open_divs = []  # of Div
        self.containers = []  # of (kind, number of divs open when it began)
        self.block = None  # the Block that the next token may belong to
        self.fence_above = False  # the token above was code in another language
        self.paragraph = None  # the text of the paragraph directly above
        self.paste_line = None  # the line of a <!-- paste --> that waits for its block
        parser, known = markdown_parser(), {}
        parser.parse(_ended(links), known)
        tokens = parser.parse(_ended(text), known)
        references = known.get("references", {})
        self.episode.references = {name: link["href"] for name, link in references.items()}
        for at, token in enumerate(tokens):
            self.take(token, tokens[at - 1] if at else None)
        self.refuse_paste()
        if self.open_divs:
            div = self.open_divs[-1]
            self.fail(
                div.first_line, f"this '{div.name}' div is never closed; add a line of colons"
            )
        self.episode.divs.sort(key=lambda div: div.first_line)

    def fail(self, line, message):
        raise LessonError(self.episode.path, line, message)

    def take(self, token, before):
        if token.type != "fence":
            self.refuse_paste()
        if token.type in ("paragraph_open", "paragraph_close", "heading_close"):
            return
        if token.type == "front_matter":
            self.take_front_matter(token)
        elif token.type == "div":
            self.take_div(token)
        elif token.type == "fence":
            self.take_fence(token)
        elif token.type == "html_block":
            if token.content.rfind("<!--") > token.content.rfind("-->"):
                self.fail(token.map[0] + 1, "a comment is opened here and never closed; add -->")
            self.take_comments(token.content, token.map[0] + 1, token.map)
        elif token.type == "inline":
            self.take_inline(token, before)
        else:
            if token.type == "thead_open":
                self.episode.table_heads.append((token.map[0] + 1, []))
            if token.type in CONTAINERS:
                if token.level > DEEPEST:
                    self.fail(token.map[0] + 1, "lists and quotations are nested too deep here")
                self.containers.append((CONTAINERS[token.type], len(self.open_divs)))
            elif token.type in ("list_item_close", "blockquote_close"):
                self.close_container()
            if not token.type.endswith("_close"):
                self.paragraph = None
            self.forget_block()

    def forget_block(self):
        self.block, self.fence_above = None, False

    def refuse_paste(self):
        """Fail if a <!-- paste --> still waits for its block."""
        if self.paste_line is not None:
            self.fail(self.paste_line, "'paste' belongs directly above a ```python block that runs")

    def take_front_matter(self, token):
        self.episode.body_line = token.map[1] + 1
        try:
            front_matter = yaml.safe_load(token.content)
        except (yaml.YAMLError, *YAML_FAILURES) as error:
            mark = getattr(error, "problem_mark", None)
            line = token.map[0] + 2 + (mark.line if mark else 0)
            problem = getattr(error, "problem", None) or "cannot be read"
            self.fail(line, f"the front matter is not YAML: {problem}")
        if not isinstance(front_matter, dict):
            self.fail(1, "the front matter needs lines such as 'title: …'")
        self.episode.front_matter = front_matter

    def div_names(self):
        return tuple(div.name for div in self.open_divs)

    def take_div(self, token):
        line = token.map[0] + 1
        if not token.meta["opens"]:
            floor = self.containers[-1][1] if self.containers else 0
            if len(self.open_divs) <= floor:
                self.fail(line, "these colons close a div that was never opened; remove them")
            div = self.open_divs.pop()
            div.last_line = line
            self.episode.divs.append(div)
        elif token.info in DIV_KINDS:
            self.open_divs.append(Div(token.info, line, 0, len(self.open_divs)))
        else:
            close = difflib.get_close_matches(token.info, DIV_KINDS, 1)
            hint = f"did you mean '{close[0]}'?" if close else "known are " + ", ".join(DIV_KINDS)
            self.fail(line, f"'{token.info}' is not a div of the Workbench; {hint}")
        self.paragraph = None
        self.forget_block()

    def close_container(self):
        kind, floor = self.containers.pop()
        if len(self.open_divs) > floor:
            div = self.open_divs[-1]
            self.fail(
                div.first_line, f"this '{div.name}' div is opened in a {kind} and not closed there"
            )

    def take_fence(self, token):
        info = token.info.strip()  # "python" or, for Pandoc, "{.python .skeleton}"
        words = re.findall(r"\.([\w-]+)", info) if info.startswith("{") else info.split()[:1]
        language, classes = (words or [""])[0], tuple(words[1:])
        first, last = token.map[0] + 1, token.map[1]
        source = token.content.removesuffix("\n")
        self.episode.fence_openings.append((first, info, language))
        if language != "python" or "skeleton" in classes:
            self.refuse_paste()
        content = token.content.count("\n") + (not token.content.endswith("\n"))
        if last - first - 1 != (content if token.content else 0):
            self.fail(first, "this block is never closed; add a line of ```")
        if language in RECORDED and self.block is not None:
            if language == "error" and self.block.expects_error:
                self.fail(first, "a block raises one error at most; remove this one")
            self.block.recorded.append(Recorded(language, source, first, last))
            return
        if language in RECORDED and not self.fence_above:
            self.fail(first, f"this {language} belongs to no block; put it directly below one")
        self.paragraph = None
        if language == "python" and "skeleton" in classes:
            self.episode.skeletons.append(Skeleton(source, first, last, self.div_names()))
            self.forget_block()
        elif language == "python":
            prefix = self.lines[last - 1].partition(token.markup[:3])[0]
            if ">\t" in prefix:  # how wide it is depends on what stands before
                self.fail(last, "a tab stands between > and this block; write blanks instead")
            self.block = Block(source, first, last, prefix, classes, self.div_names())
            self.block.paste, self.paste_line = self.paste_line is not None, None
            self.episode.blocks.append(self.block)
            self.fence_above = False
        elif language not in RECORDED:
            self.block, self.fence_above = None, True

    def take_inline(self, token, before):
        first, last = token.map[0] + 1, token.map[1]
        if before is not None and before.type == "th_open":
            self.episode.table_heads[-1][1].append(token.content.strip())
        if before is not None and before.type == "heading_open":
            level = int(before.tag[1:])
            text = token.content.strip()
            self.episode.headings.append(Heading(level, text, first, self.div_names()))
            self.forget_block()
        self.paragraph = " ".join(COMMENT.sub(" ", token.content).split())
        line, figures = first, []
        for at, child in enumerate(token.children):
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type == "image":
                figures.append(self.figure_at(token, at, first, last))
            elif child.type == "html_inline":
                self.take_comments(child.content, line, None)
                line += child.content.count("\n")
            elif child.type == "link_open":
                self.take_link(token.children[at:], line)
        self.place_figures(figures)

    def take_link(self, children, line):
        text = ""
        for child in children:
            if child.type == "link_close":
                break
            text += child.content
        self.episode.links.append(Link(children[0].attrs.get("href", ""), text, line))

    def figure_at(self, token, at, first, last):
        image = token.children[at]
        after = "".join(
            "\n" if child.type == "softbreak" else child.content
            for child in token.children[at + 1 :]
        )
        match = ATTRIBUTES.match(after)
        inside = match["inside"] if match else ""
        alt = ALT.search(inside)
        text = None if alt is None else " ".join((alt["single"] or alt["double"] or "").split())
        outside_quotes = re.sub(r"'[^']*'|\"[^\"]*\"", "", inside)
        classes = tuple(re.findall(r"\.([\w-]+)", outside_quotes))
        caption = re.match(r"!\[(.*)\]\(", token.content, re.S)
        alone = at == 0 and not after[match.end() if match else 0 :].strip()
        caption = caption[1] if alone and caption else image.content
        source = image.attrs.get("src", "")
        return Figure(source, " ".join(caption.split()), text, classes, first, last, alone)

    def place_figures(self, figures):
        drawn = [figure for figure in figures if "cell-output" in figure.classes]
        for figure in drawn:
            if self.block is None or not figure.alone:
                self.fail(
                    figure.first_line,
                    "a figure of class cell-output stands alone, directly below its block",
                )
            self.block.figures.append(figure)
        if not drawn:
            self.episode.figures += figures
            self.forget_block()

    def take_comments(self, html, line, lines):
        """Look for directives in a piece of HTML that starts on `line`."""
        for comment in COMMENT.finditer(html):
            at = line + html[: comment.start()].count("\n")
            word = comment["inside"].strip()
            if difflib.get_close_matches(word.lower(), [PASTE], 1, 0.85):
                self.take_paste(comment, html, at, lines)
                continue
            match = DIRECTIVE.fullmatch(comment["inside"])
            if match is None:
                continue
            self.take_directive(match["name"], match["words"], match["value"].strip(), at)
            if lines is not None and match["name"] in DIRECTIVES:
                self.episode.comment_lines.append((lines[0] + 1, lines[1]))

    def take_paste(self, comment, html, line, lines):
        if comment["inside"].strip() != PASTE:
            self.fail(line, f"'{comment['inside'].strip()}': did you mean <!-- {PASTE} -->?")
        if lines is None or html.strip() != comment[0]:
            self.fail(line, "'paste' stands on a line of its own, above a ```python block")
        self.paste_line = line
        self.episode.comment_lines.append((lines[0] + 1, lines[1]))

    def take_directive(self, name, words, value, line):
        if name == "claim":
            self.take_claim(words, value, line)
        elif name in BLOCK_DIRECTIVES:
            if self.block is None:
                self.fail(line, f"'{name}' belongs directly below a block of code")
            number = NUMBER.match(value)
            if number is None:
                self.fail(line, f"'{name}' needs a number: <!-- {name}: 0.02, because … -->")
            setattr(self.block, name.replace("-", "_"), float(number[0]))
            self.block.directive_lines[name] = line
            if name != "timeout" and not re.search(r"\w{2}", value[number.end() :]):
                self.fail(line, f"say why: <!-- {name}: {number[0]}, because … -->")
        elif name == PASTE:
            self.fail(line, f"'{PASTE}' takes no value; write <!-- {PASTE} -->")
        elif close := difflib.get_close_matches(name, DIRECTIVES, 1, 0.8):
            self.fail(line, f"'{name}' is not a directive; did you mean '{close[0]}'?")

    def take_claim(self, words, value, line):
        if not self.paragraph:
            self.fail(line, "a claim stands directly below the sentence that it tests")
        expression = " ".join(value.split())
        try:
            with warnings.catch_warnings(action="ignore"):
                compile(expression, "<claim>", "eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
            reason = getattr(error, "msg", error)
            self.fail(line, f"the claim is not a Python expression: {reason}")
        if words is not None and not contains(self.paragraph, words):
            self.fail(line, f'the sentence above no longer says "{words}"; change one of the two')
        after = len(self.episode.blocks)
        self.episode.claims.append(Claim(expression, words, self.paragraph, line, after))


def contains(sentence, words):
    """True if the words stand in the sentence, however lines break, between word borders."""
    words = " ".join(words.split())
    left = r"(?<![\w.])" if re.match(r"\w", words) else ""
    right = r"(?!\w|[.,]\d)" if re.search(r"\w$", words) else ""
    return bool(words) and re.search(left + re.escape(words) + right, sentence) is not None
