"""markdown-it for the Workbench's pages: CommonMark, tables, front matter, Pandoc's fenced divs."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

# "::: challenge", "::::: {.challenge #id}" open a Pandoc fenced div, "::::" closes one.
# (++ and *+ never look back: a very long line takes no longer than its length.)
DIV = re.compile(r":{3,}+\s*+(?:(?P<word>[\w-]++)|\{(?P<attributes>[^}]*+)\})?+\s*+:*+")
COMMENT = re.compile(r"<!--(?P<inside>.*?)-->", re.S)
DEEPEST = 18  # markdown-it, and MyST with it, drops in silence what is nested deeper than 20


def markdown_parser() -> MarkdownIt:
    """A parser in which each line of a div's colons is a token of type "div"."""
    parser = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    parser.block.ruler.before(
        "fence", "div", _div_rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    return parser


def parse(text: str, links: str = "") -> tuple[list[Token], dict[str, str]]:
    """The tokens of a page, and its link definitions.

    Args:
        text: Workbench Markdown.
        links: Markdown with link definitions that hold for the page, too.

    Returns: tokens, and label in capitals -> address.
    """
    parser = markdown_parser()
    known: dict[str, dict[str, dict[str, str]]] = {}
    parser.parse(_ended(links), known)
    tokens = parser.parse(_ended(text), known)
    definitions = known.get("references", {})
    return tokens, {label: definition["href"] for label, definition in definitions.items()}


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
    token.map = [start, start + 1]
    state.line = start + 1
    return True
