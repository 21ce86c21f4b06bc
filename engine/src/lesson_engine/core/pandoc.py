"""What Pandoc reads within a line and Markdown's other tools do not, as sandpaper sets it.

Sandpaper renders with `-f markdown-hard_line_breaks+smart+auto_identifiers+autolink_bare_uris+
emoji+footnotes+inline_notes+tex_math_dollars+tex_math_single_backslash+markdown_in_html_blocks+
yaml_metadata_block+header_attributes+native_divs` (its construct_pandoc_args). Here are rules for
markdown-it: each finds such a stretch and notes, on its token, what to write in its place, so that
MyST and Jupyter show the same.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import emoji
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from lesson_engine.core.model import Medium

ATTRIBUTES = re.compile(r"\{(?P<inside>(?:[^{}'\"]|'[^']*'|\"[^\"]*\")*)\}", re.S)
KEY = re.compile(r"""([\w-]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s'"}]+))""")
CHANGED, ATTRIBUTE = "pandoc", "pandoc_attributes"  # types of tokens
CLOSING = {"^": "sup", "~": "sub"}
ENVIRONMENT = re.compile(
    r"\\begin\{(?P<name>(?:equation|align|gather|multline|eqnarray)\*?)\}.*?\\end\{(?P=name)\}",
    re.S,
)
LONGEST = 5000  # characters of a formula; looking further at each "\\(" would take too long
NOTE = re.compile(r"\[\^[^\s\]]+\]")
EMOJI = re.compile(r":[\w+-]+:")
WORD = r"[\w#$%+/@\\&=-]"
PART = rf"(?:{WORD}|[.,;:?!~*'](?={WORD}))"
ADDRESS = re.compile(rf"(?:{PART}|\({PART}*\)|\[{PART}*\])+")
SCHEME = re.compile(r"(?<![\w.+-])(?:https?|ftp|mailto|doi)\Z")
MAILBOX = re.compile(r"[A-Za-z0-9][\w.+-]*\Z")
NEAR = 100  # characters before a ":" or "@" that can belong to an address
HOST = re.compile(r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
LENGTH = re.compile(r"\d+(?:\.\d+)?(?:px|em|ex|in|cm|mm|pt|pc|%)?")
PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+.!|~$&\"'^:-])")
# what Pandoc makes of a span's class; the last two work in every browser and in Jupyter
SPANS = {
    "underline": ("<u>", "</u>"),
    "ul": ("<u>", "</u>"),
    "mark": ("<mark>", "</mark>"),
    "smallcaps": ('<span style="font-variant: small-caps">', "</span>"),
}

Rule = Callable[[StateInline, bool], bool]


@dataclass(frozen=True)
class Change:
    """A stretch of a text that Pandoc reads in its own way.

    Attributes:
        start, end: where it stands in the text.
        site: what MyST shows alike; None if that is as it is.
        notebook: what Jupyter shows alike; None if that is as it is.
        note: text of an inline note, which `site` is to refer to; "" for anything else.
    """

    start: int
    end: int
    site: str | None
    notebook: str | None
    note: str = ""

    def text(self, medium: Medium) -> str | None:
        """What to write in its place."""
        return self.site if medium == "site" else self.notebook


@dataclass(frozen=True)
class Attributes:
    """What stands in braces. Attributes: id, classes, and values by key."""

    id: str
    classes: tuple[str, ...]
    values: dict[str, str]

    def for_myst(self, *more: str) -> str:
        """As MyST reads them: id and classes, and more in its own spelling; "" if there is none."""
        parts = [f"#{self.id}"] if self.id else []
        parts += [f".{name}" for name in self.classes]
        parts += more
        return "{" + " ".join(parts) + "}" if parts else ""

    def size(self) -> list[str]:
        """Width and height, as MyST takes them for a picture."""
        width, height = self.values.get("width", ""), self.values.get("height", "")
        sizes = [f'width="{width}"'] if LENGTH.fullmatch(width) else []
        if LENGTH.fullmatch(height) and not height.endswith("%"):  # of what, browsers don't know
            sizes.append(f'height="{height}"')
        return sizes


def attributes(inside: str) -> Attributes:
    """Read what stands in braces, without them."""
    values = {
        match[1]: " ".join((match[2] or match[3] or match[4] or "").split())
        for match in KEY.finditer(inside)
    }
    words = KEY.sub(" ", inside).split()
    ids = [word[1:] for word in words if word.startswith("#")]
    classes = tuple(word[1:] for word in words if re.fullmatch(r"\.[\w-]+", word))
    return Attributes(ids[-1] if ids else values.get("id", ""), classes, values)


def pandoc_plugin(md: MarkdownIt) -> None:
    """Add the rules to a parser."""
    md.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    ruler = md.inline.ruler
    ruler.before("escape", "backslash_formula", _formula)
    ruler.before("escape", "environment", _environment)
    ruler.before("escape", "backslash_blank", _blank)
    ruler.before("link", "footnote", _footnote)
    ruler.before("link", "span", _span)
    ruler.before("emphasis", "inline_note", _inline_note)
    ruler.before("emphasis", "raised", _raised)
    ruler.before("text", "attributes", _attributes)
    ruler.before("text", "emoji", _emoji)
    ruler.before("text", "bare_address", _bare_address)
    ruler.before("text", "bare_mailbox", _bare_mailbox)
    for name in ("image", "backticks"):
        rule = next(one.fn for one in ruler.__rules__ if one.name == name)
        ruler.at(name, _noting_place(rule))


def rewritten(text: str, medium: Medium) -> str:
    """A stretch of text, such as a title, as MyST or Jupyter shows what Pandoc would.

    An inline note stays a note in brackets: only a page has a place for notes.
    """
    for change in reversed(changes(_inline(text))):
        new = change.notebook if change.note else change.text(medium)
        if new is not None:
            text = text[: change.start] + new + text[change.end :]
    return text


def plain(text: str) -> str:
    """A stretch of text without its markup, as in a menu."""
    shown = []
    for token in _inline(text):
        if token.type in ("softbreak", "hardbreak"):
            shown.append(" ")
        elif token.type != ATTRIBUTE and not token.type.startswith("html"):
            shown.append(token.content)
    return " ".join("".join(shown).split())


def changes(tokens: Sequence[Token]) -> list[Change]:
    """What is to be rewritten in a paragraph, from the tokens in it, in order."""
    found = [change for token in tokens for change in token.meta.get(CHANGED, ())]
    return sorted(found, key=lambda change: change.start)


def _inline(text: str) -> list[Token]:
    tokens = _parser().parseInline(text)
    return tokens[0].children or []


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("strikethrough").use(pandoc_plugin)


def _push(state: StateInline, shown: str, *found: Change, kind: str = CHANGED) -> Token:
    token = state.push(kind, "", 0)
    token.content = shown
    token.meta = {CHANGED: found}
    return token


def _noting_place(rule: Rule) -> Rule:
    """The same rule, which notes on its token where it began, and what it read."""

    def noting(state: StateInline, silent: bool) -> bool:
        start = state.pos
        if not rule(state, silent):
            return False
        if not silent and state.tokens and not state.pending:
            token = state.tokens[-1]
            token.meta = {**token.meta, "start": start, "end": state.pos}
            if token.type == "image":
                end = state.md.helpers.parseLinkLabel(state, start + 1, False)
                token.meta["label"] = state.src[start + 2 : end]
        return True

    return noting


def _formula(state: StateInline, silent: bool) -> bool:
    r"""A formula in \( … \) or, on a line of its own, in \[ … \]."""
    opening = state.src[state.pos : state.pos + 2]
    closing = {r"\(": r"\)", r"\[": r"\]"}.get(opening)
    limit = min(state.posMax, state.pos + LONGEST)
    end = state.src.find(closing, state.pos + 2, limit) if closing else -1
    inside = state.src[state.pos + 2 : end].strip()
    after = state.src[end + 2 : end + 3]
    if end < 0 or not inside or (opening == r"\(" and after.isdigit()):
        return False
    if not silent:
        # after a digit, MyST takes a dollar for money
        before = "&#8203;" if state.src[max(state.pos - 1, 0)].isdigit() else ""
        new = f"{before}${inside}$"
        if opening == r"\[":
            new = f"$${state.src[state.pos + 2 : end]}$$"
        _push(state, inside, Change(state.pos, end + 2, new, new))
    state.pos = end + 2
    return True


def _environment(state: StateInline, silent: bool) -> bool:
    r"""A formula in \begin{align} … \end{align} or the like, without dollars."""
    limit = min(state.posMax, state.pos + LONGEST)
    found = ENVIRONMENT.match(state.src, state.pos, limit)
    if found is None:
        return False
    if not silent:
        _push(state, found[0], Change(*found.span(), f"$${found[0]}$$", f"$${found[0]}$$"))
    state.pos = found.end()
    return True


def _blank(state: StateInline, silent: bool) -> bool:
    r"""A blank that no line ends at: "\ "."""
    if state.src[state.pos : state.pos + 2] != "\\ ":
        return False
    if not silent:
        _push(state, "\N{NO-BREAK SPACE}", Change(state.pos, state.pos + 2, "&nbsp;", "&nbsp;"))
    state.pos += 2
    return True


def _footnote(state: StateInline, silent: bool) -> bool:
    """A reference to a note, whose ^ raises nothing."""
    found = NOTE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        _push(state, "")
    state.pos = found.end()
    return True


def _inline_note(state: StateInline, silent: bool) -> bool:
    """^[A note where it belongs]."""
    if not state.src.startswith("^[", state.pos):
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos + 1, False)
    if end < 0:
        return False
    if not silent:
        inside = " ".join(state.src[state.pos + 2 : end].split())
        note = Change(
            state.pos, end + 1, None, f" ({rewritten(inside, 'notebook')})", inside or " "
        )
        _push(state, "", note)
    state.pos = end + 1
    return True


def _raised(state: StateInline, silent: bool) -> bool:
    """x^2^ and H~2~O: no blanks inside, unless escaped."""
    start, mark = state.pos, state.src[state.pos]
    name = CLOSING.get(mark)
    neighbours = state.src[max(start - 1, 0) : start] + state.src[start + 1 : start + 2]
    if name is None or mark in neighbours:
        return False
    end, maximum = _end_of_raised(state, mark), state.posMax
    if end < 0:
        return False
    if not silent:
        _push(state, "", Change(start, start + 1, f"<{name}>", f"<{name}>"))
        state.pos, state.posMax = start + 1, end
        state.md.inline.tokenize(state)
        state.pos, state.posMax = end, maximum
        _push(state, "", Change(end, end + 1, f"</{name}>", f"</{name}>"))
    state.pos = end + 1
    return True


def _end_of_raised(state: StateInline, mark: str) -> int:
    """Where the mark stands that closes the one at the state's place; -1 if none does."""
    start = state.pos
    state.pos, end = start + 1, -1
    while state.pos < state.posMax and not state.src[state.pos].isspace():
        character = state.src[state.pos]
        if character == mark:
            end = state.pos
            break
        if state.md.inline.terminator_re.match(character):
            state.md.inline.skipToken(state)
        else:
            state.pos += 1
    state.pos = start
    return end


def _span(state: StateInline, silent: bool) -> bool:
    """[Words]{.with-attributes}."""
    if state.src[state.pos] != "[":
        return False
    start, maximum = state.pos, state.posMax
    end = state.md.helpers.parseLinkLabel(state, start, False)
    braces = ATTRIBUTES.match(state.src, end + 1, maximum) if end >= 0 else None
    if braces is None:
        return False
    if not silent:
        given = attributes(braces["inside"])
        for change in _around(given, start, end, braces.end()):
            if change.start != start:
                state.pos, state.posMax = start + 1, end
                state.md.inline.tokenize(state)
                state.posMax = maximum
            _push(state, "", change)
    state.pos = braces.end()
    return True


def _around(given: Attributes, start: int, inner_end: int, end: int) -> tuple[Change, Change]:
    """What to write in place of the bracket before a span's words, and of all behind them."""
    style = given.values.get("style", "")
    made = next((SPANS[name] for name in given.classes if name in SPANS), ("", ""))
    if style and '"' not in style:
        made = (f'<span style="{style}">', "</span>")
    opening, closing = made
    plainly = given.for_myst() or "{.span}"
    return (
        Change(start, start + 1, opening or "[", opening),
        Change(inner_end, end, closing or f"]{plainly}", closing),
    )


def _attributes(state: StateInline, silent: bool) -> bool:
    """Attributes behind a link, code or a picture."""
    if silent or state.src[state.pos] != "{" or state.pending or not state.tokens:
        return False
    braces = ATTRIBUTES.match(state.src, state.pos, state.posMax)
    before = state.tokens[-1]
    if braces is None or before.type not in ("link_close", "code_inline", "image"):
        return False
    written = ""
    start, end = state.pos, braces.end()
    if before.type == "image":  # written anew, with all that it has; see reader
        found: tuple[Change, ...] = ()
    elif before.type == "code_inline" and braces["inside"].startswith("="):
        written = before.content if braces["inside"].strip() == "=html" else ""
        found = (Change(before.meta["start"], end, written, written),)
    else:
        found = (Change(start, end, attributes(braces["inside"]).for_myst(), ""),)
    _push(state, braces[0], *found, kind=ATTRIBUTE)
    state.pos = end
    return True


def _emoji(state: StateInline, silent: bool) -> bool:
    """:tada: and others that the library knows by the names that GitHub gave them."""
    found = EMOJI.match(state.src, state.pos, state.posMax)
    shown = emoji.emojize(found[0], language="alias") if found else ""
    if found is None or shown == found[0]:
        return False
    if not silent:
        _push(state, shown, Change(found.start(), found.end(), shown, shown))
    state.pos = found.end()
    return True


def _bare_address(state: StateInline, silent: bool) -> bool:
    """https://example.org in the text is a link."""
    if silent or state.src[state.pos] != ":" or state.linkLevel:
        return False
    scheme = SCHEME.search(state.pending[-NEAR:])
    rest = ADDRESS.match(state.src, state.pos + 1, state.posMax)
    if scheme is None or rest is None:
        return False
    slashes = scheme[0] not in ("mailto", "doi")
    if slashes != rest[0].startswith("//") or not rest[0].strip("/"):
        return False
    return _link_bare(state, scheme[0], rest.end())


def _bare_mailbox(state: StateInline, silent: bool) -> bool:
    """me@example.org in the text is a link."""
    if silent or state.src[state.pos] != "@" or state.linkLevel:
        return False
    name = MAILBOX.search(state.pending[-NEAR:])
    host = HOST.match(state.src, state.pos, state.posMax)
    if name is None or host is None:
        return False
    before = state.pos - len(name[0]) - 1
    if before >= 0 and state.src[before] in "_/":
        return False
    return _link_bare(state, name[0], host.end())


def _link_bare(state: StateInline, before: str, end: int) -> bool:
    """Make a link of an address whose first part has been taken for text."""
    start = state.pos - len(before)
    state.pending = state.pending[: -len(before)]
    address = state.src[start:end]
    _push(state, address, Change(start, end, f"<{address}>", None))
    state.pos = end
    return True
