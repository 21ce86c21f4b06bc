"""markdown-it for the Workbench's pages: CommonMark, tables, front matter, Pandoc's fenced divs."""

import functools
import re
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from lesson_engine.core.pandoc import pandoc_plugin

# "::: challenge", "::::: {.challenge #id}" open a Pandoc fenced div, "::::" closes one.
# (++ and *+ never look back: a very long line takes no longer than its length.)
# "::: challenge {#id}" is both, and text in Pandoc.
DIV = re.compile(
    r":{3,}+\s*+(?:(?P<word>[\w-]++)\s*+(?:\{(?P<more>[^}]*+)\})?+"
    r"|\{(?P<attributes>[^}]*+)\})?+\s*+:*+"
)
PLACE = re.compile(r"#([^\s{}]+)")
COMMENT = re.compile(r"<!--(?P<inside>.*?)-->", re.S)
DEEPEST = 18  # markdown-it, and MyST with it, drops in silence what is nested deeper than 20


def markdown_parser() -> MarkdownIt:
    """A parser in which each line of a div's colons is a token of type "div"."""
    parser = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    parser.block.ruler.before(
        "fence", "div", _div_rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    return parser


@dataclass(frozen=True)
class Parsed:
    """What a page is made of.

    Attributes:
        tokens: markdown-it's.
        references: its link definitions and those that all pages share, label in capitals ->
            address.
        overruled: (label, first, last) of every definition of the page that a later one
            overrules; links that all pages share come after the page, as in the Workbench.
    """

    tokens: list[Token]
    references: dict[str, str]
    overruled: list[tuple[str, int, int]]


def parse(text: str, links: str = "") -> Parsed:
    """Read a page as Pandoc does: of two definitions of a link, the last one holds.

    Args:
        text: the page's.
        links: Markdown with link definitions that hold for the page, too.
    """
    shared, own = _Definitions(links), _Definitions(text)
    last = {**own.last, **shared.last}
    known = {"references": dict(last)}
    tokens = markdown_parser().use(pandoc_plugin).parse(_ended(text), known)
    overruled = [
        (label, *_lines(one))
        for label, one in own.all
        if label in shared.last or one is not own.last[label]
    ]
    return Parsed(tokens, {label: one["href"] for label, one in last.items()}, overruled)


@functools.lru_cache(maxsize=64)  # several rules read the same, and some of them later on
def tokens_of(text: str) -> tuple[Token, ...]:
    """A text's tokens, without what Pandoc reads in its own way; nobody changes them."""
    return tuple(markdown_parser().parse(text))


class _Definitions:
    """Link definitions of a text. Attributes: all, as (label, definition); the last by label."""

    def __init__(self, text: str) -> None:
        found: dict[str, Any] = {}
        if "]:" in text:  # else there are none, and a page is read once
            markdown_parser().disable("inline").parse(_ended(text), found)
        first = [*found.get("references", {}).items()]
        again = [(one["label"], one) for one in found.get("duplicate_refs", ())]
        self.all: list[tuple[str, Any]] = sorted([*first, *again], key=lambda one: one[1]["map"])
        self.last = dict(self.all)


def _lines(definition: dict[str, Any]) -> tuple[int, int]:
    """First and last line of a definition, from 1."""
    start, end = definition["map"]
    return start + 1, end


def lines_of(token: Token) -> tuple[int, int]:
    """First and last line of a token, from 1. Every token that opens a block has them."""
    if token.map is None:
        raise ValueError(f"a token of type {token.type} has no lines")
    return token.map[0] + 1, token.map[1]


def _ended(text: str) -> str:
    """The text with an end to its last line: without, markdown-it-py stops at some."""
    return text if text.endswith("\n") else text + "\n"


def _div_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
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
    place = PLACE.search(match["attributes"] or match["more"] or "")
    token.meta["place"] = place[1] if place else ""
    token.meta["both"] = match["more"] is not None
    token.map = [start, start + 1]
    state.line = start + 1
    return True
