"""What stands on a page and is shown in one way in the Workbench and in another here.

Each is named with its line, and with what to write so that both show the same.
"""

import re
from collections.abc import Sequence

from markdown_it.token import Token

from lesson_engine.core.divs import DIV_KINDS
from lesson_engine.core.markdown import lines_of
from lesson_engine.core.model import Oddity

NEEDS_SPACE = {
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "quotation",
    "heading_open": "heading",
    "table_open": "table",
}
FANCY = re.compile(r"(?:#\.|\((?:\d+|#|[a-z]|[ivx]+)\)|(?:[a-z]|[ivx]+)[.)]) +\S")
EXAMPLE = re.compile(r"\(@[\w-]*\) +\S")
DASHES = re.compile(r"\s*-{2,}(?:[ \t]+-{2,})+\s*")
GRID = re.compile(r"\s*\+(?:[-=:]{2,}\+)+\s*")
INSIDE = re.compile(r"(?m)\*\S|\[[^\]]*\]\(|`\S|^\s*(?:[-*] |#+ )")
HTML_DIV = re.compile(r"""<div\b[^>]*\bclass\s*=\s*["'](?P<name>[\w-]+)""", re.I)
OTHER_TABLE = (
    "this table is of a kind that only Pandoc reads, and is shown as text here; "
    "write it with | between its columns"
)


def differences(tokens: Sequence[Token], lines: Sequence[str]) -> list[Oddity]:
    """All of a page, in the order of its lines.

    Args:
        tokens: the page's.
        lines: its text.
    """
    found = _missing_spaces(tokens)
    code: set[int] = set()
    for token in tokens:
        if token.type in ("fence", "code_block", "front_matter"):
            first, last = lines_of(token)
            code.update(range(first, last + 1))
            if token.info.strip("{}. ").lower() == "mermaid":
                found.append(Oddity(first, "the Workbench draws this diagram; here it is its text"))
        elif token.type == "html_block":
            found += _in_html(token)
        elif token.type == "inline":
            found += _lists(token)
    found += _tables(lines, code)
    return sorted(found, key=lambda one: one.line)


def _missing_spaces(tokens: Sequence[Token]) -> list[Oddity]:
    """A list, a quotation, a heading or a table directly below text is text for Pandoc."""
    found: list[Oddity] = []
    depth, last = 0, 0  # how many lists are around; the last line of the paragraph above
    for token in tokens:
        kind = NEEDS_SPACE.get(token.type)
        if kind and token.markup not in ("=", "-") or kind == "list":
            line, _ = lines_of(token)
            if line == last + 1 and not depth:
                message = f"the Workbench takes this {kind} for text; leave an empty line above it"
                found.append(Oddity(line, message))
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        if token.type == "inline" and token.map is not None:
            paragraph = lines_of(token)[1]
        last = paragraph if token.type == "paragraph_close" else 0
    return found


def _in_html(token: Token) -> list[Oddity]:
    line, _ = lines_of(token)
    box = HTML_DIV.search(token.content)
    if box is not None and box["name"] in DIV_KINDS:
        name = box["name"]
        return [Oddity(line, f"this is no box here; write ::: {name} in place of <div>, and :::")]
    text = re.sub(
        r"<!--.*?-->|<(script|style|pre|svg)\b.*?</\1>|<[^>]*>", "", token.content, flags=re.S
    )
    if INSIDE.search(text):
        message = (
            "what stands between these tags is shown as it is written; leave empty lines around it"
        )
        return [Oddity(line, message)]
    return []


def _lists(token: Token) -> list[Oddity]:
    line, _ = lines_of(token)
    if FANCY.match(token.content) or EXAMPLE.match(token.content):
        message = (
            "the Workbench makes a list of this, and here it is text; write 1. before each item"
        )
        return [Oddity(line, message)]
    return []


def _tables(lines: Sequence[str], code: set[int]) -> list[Oddity]:
    """Tables of Pandoc's other kinds: the first line of each that gives it away."""
    found: list[Oddity] = []
    near = -2
    for number, line in enumerate(lines, 1):
        if number not in code and (DASHES.fullmatch(line) or GRID.fullmatch(line)):
            blank_between = any(not one.strip() for one in lines[near:number])
            if near < 0 or blank_between:
                found.append(Oddity(number, OTHER_TABLE))
            near = number
    return found
