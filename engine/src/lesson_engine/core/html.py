"""Pictures in pieces of raw HTML."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

PICTURE = re.compile(r"<img\b(?:[^>'\"]|'[^']*'|\"[^\"]*\")*>", re.I)


@dataclass(frozen=True)
class Picture:
    """An <img> tag.

    Attributes:
        source: its address as written.
        alt: its text; None if it has none.
        line: how many lines of the piece are above it.
        start, end: where the tag stands in the piece.
    """

    source: str
    alt: str | None
    line: int
    start: int
    end: int


def pictures(piece: str) -> list[Picture]:
    """The pictures of a piece of HTML that have an address, in order; none in comments."""
    shown = re.sub(r"<!--.*?-->", lambda comment: " " * len(comment[0]), piece, flags=re.S)
    found = []
    for tag in PICTURE.finditer(shown):
        read = _Attributes(tag[0])
        if read.given.get("src"):
            line = piece.count("\n", 0, tag.start())
            alt = read.given.get("alt")
            found.append(Picture(str(read.given["src"]), alt, line, tag.start(), tag.end()))
    return found


class _Attributes(HTMLParser):
    """The attributes of one tag."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.given: dict[str, str | None] = {}
        self.feed(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.given = {name: value or "" for name, value in attrs}
