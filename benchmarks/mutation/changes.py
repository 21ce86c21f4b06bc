"""What a single change is, and how the kinds make one."""

import re
import string
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path


@dataclass
class Change:
    """One change.

    Attributes:
        words: what is changed, for people.
        line: of the page, where the check should point; None where it points to the page.
        files: new bytes of each file, by its Path.
        only: lines of the blocks that have to run; () for the whole episode.
        by_check: False if it's another file that `lesson check` of the episode doesn't read.
    """

    words: str
    line: int | None
    files: dict
    only: tuple = ()
    by_check: bool = True
    kind: str = field(default="")


def in_page(page, folder, line, old_lines, new_lines, where, **more):
    """A Change of the page: its lines `old_lines` (from, to; from 1) become new_lines."""
    lines = page.text.split("\n")
    first, last = old_lines
    before = lines[first - 1 : last]
    lines[first - 1 : last] = new_lines
    gone = [text for text in before if text not in new_lines] or before
    come = [text for text in new_lines if text not in before]
    words = f"line {first}: {' / '.join(gone)[:90]!r} -> {' / '.join(come)[:90]!r}"
    path = Path(folder) / f"{page.name}.md"
    return Change(words, where, {path: "\n".join(lines).encode("utf-8")}, **more)


def replace_match(page, folder, first, last, pattern, change, chance, where, **more):
    """A Change at one place, by chance, where `pattern` fits in the lines first to last."""
    lines = page.text.split("\n")
    text = "\n".join(lines[first - 1 : last])
    places = list(re.finditer(pattern, text, re.M))
    if not places:
        return None
    match = chance.choice(places)
    new = change(match[0], chance)
    if new == match[0]:
        return None
    text = text[: match.start()] + new + text[match.end() :]
    return in_page(page, folder, where, (first, last), text.split("\n"), where, **more)


def other_digit(text, chance):
    """The text with one digit replaced by another."""
    place = chance.choice([n for n, letter in enumerate(text) if letter.isdigit()])
    digit = chance.choice([d for d in string.digits[1:] if d != text[place]])
    return text[:place] + digit + text[place + 1 :]


def other_letter(text, chance):
    """The text with one letter replaced by another."""
    place = chance.choice([n for n, letter in enumerate(text) if letter.isalpha()])
    letter = chance.choice([a for a in string.ascii_lowercase if a != text[place].lower()])
    return text[:place] + letter + text[place + 1 :]


def drawn_by(page):
    """(block, figure) of each figure that a block draws."""
    return [(block, figure) for block in page.blocks for figure in block.figures]


def square_painted(page, folder, chance, part, paint):
    """A Change of a figure's file: somewhere in it, a square is painted.

    Args:
        part: the square's side is this part of the figure's width: 5 for a fifth.
        paint: a function of (the picture, the square's box) that paints it.
    """
    from PIL import Image

    drawn = drawn_by(page)
    if not drawn:
        return None
    block, figure = chance.choice(drawn)
    path = (Path(folder) / figure.source).resolve()
    picture = Image.open(path).convert("RGB")
    side = picture.width // part
    left = chance.randrange(picture.width - side)
    top = chance.randrange(max(1, picture.height - side))
    paint(picture, (left, top, left + side, top + side))
    file = BytesIO()
    picture.save(file, "PNG")
    words = f"{figure.source}: a square of {side} pixels at {left}, {top} painted over"
    return Change(words, block.first_line, {path: file.getvalue()})
