"""Dark forms of drawings: light lines on a dark ground, while photographs stay as they are.

Lightness is turned round and hue kept, so that the orange line is orange in both. What is no
drawing is not touched: a photograph, a map of colours, or a picture that is dark already.
"""

import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, features

from lesson_engine.core import files
from lesson_engine.site import picture_files

LOWEST, HIGHEST = 20, 232  # what white and black become: the theme's ground, and its text
CELL = 4  # pixels: photographs are looked for in cells of this size
CORE = 5  # cells: wherever so many in a square hold something, it's more than letters and lines
COLOURS = 12  # of an area that is a photograph or a map, and no bar
FULL = 0.6  # of the box around a photograph: what is around curves is emptier
NEARLY_WHITE = 245
MOSTLY = 0.9  # of a picture: if so much is photographs, the rest needs no dark form
COLOUR = re.compile(
    r"""((?:fill|stroke|stop-color|color)\s*[:=]\s*["']?\s*)"""
    r"(\#[0-9a-fA-F]{6}|\#[0-9a-fA-F]{3}|black|white)\b"
)
NAMED = {"black": "#000000", "white": "#ffffff"}

Box = tuple[int, int, int, int]  # left, upper, right, lower


def dark_form(path: Path, folder: Path) -> Path | None:
    """A drawing's dark form; None for what is none, or needs none.

    Args:
        path: the picture.
        folder: where what was made is kept.
    """
    if path.suffix.lower() == ".svg":
        return _dark_drawing(path, folder)
    if path.suffix.lower() not in picture_files.MADE_SMALLER or not features.check("webp"):
        return None
    data = path.read_bytes()
    made = picture_files.kept_at(folder, data, f"{path.stem}-dark.webp")
    if not made.is_file():
        try:
            turned = _turned(picture_files.opened(data))
            files.write(made, picture_files.encoded(turned) if turned else b"")
        except OSError:
            return None
    return made if made.stat().st_size else None


def _dark_drawing(path: Path, folder: Path) -> Path | None:
    text = path.read_text("utf-8", errors="replace")
    if "prefers-color-scheme" in text:  # it sees to that itself
        return None
    turned = COLOUR.sub(lambda found: found[1] + _dark(found[2]), text)
    text_colour = _dark("black")  # of whatever names no colour
    turned = re.sub(r"<svg\b(?![^>]*\sfill=)", f'<svg fill="{text_colour}"', turned, count=1)
    made = picture_files.kept_at(folder, text.encode("utf-8"), f"{path.stem}-dark.svg")
    files.write(made, turned)
    return made


def _dark(colour: str) -> str:
    """A colour of a drawing as it is on a dark ground."""
    digits = NAMED.get(colour, colour)[1:]
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    channels = [int(digits[at : at + 2], 16) for at in (0, 2, 4)]
    shift = 255 - max(channels) - min(channels)
    return "#" + "".join(f"{_within(channel + shift):02x}" for channel in channels)


def _within(level: float) -> int:
    return round(LOWEST + level * (HIGHEST - LOWEST) / 255)


def _turned(shown: Image.Image) -> Image.Image | None:
    """A picture's dark form; None if it needs none."""
    ground = Image.new("RGBA", shown.size, "white")
    picture = Image.alpha_composite(ground, shown.convert("RGBA")).convert("RGB")
    width, height = picture.size
    corners = [(x, y) for x in (0, width - 1) for y in (0, height - 1)]
    pale = sum(min(_pixel(picture, corner)) > NEARLY_WHITE for corner in corners)
    photographs = _photographs(picture)
    covered = sum((right - left) * (lower - upper) for left, upper, right, lower in photographs)
    if pale < 3 or covered > MOSTLY * width * height:
        return None
    made = _lightness_turned(picture)
    for box in photographs:
        made.paste(picture.crop(box), box)
    return made


def _pixel(picture: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    found = picture.getpixel(place)
    return found if isinstance(found, tuple) else (int(found or 0),)


def _lightness_turned(picture: Image.Image) -> Image.Image:
    """Every channel is moved by as much as turns the mean of the largest and the smallest round."""
    red, green, blue = picture.split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    smallest = ImageChops.darker(ImageChops.darker(red, green), blue)
    lift = ImageChops.invert(largest)
    turned = [
        ImageChops.add(ImageChops.subtract(channel, smallest), lift)
        for channel in (red, green, blue)
    ]
    return Image.merge("RGB", turned).point([_within(level) for level in range(256)] * 3)


def _photographs(picture: Image.Image) -> list[Box]:
    """Where a picture holds photographs or maps of colours."""
    cells = picture.reduce(CELL)
    red, green, blue = cells.split()
    pale = ImageChops.darker(ImageChops.darker(red, green), blue)
    held = pale.point([255 if level <= NEARLY_WHITE else 0 for level in range(256)])
    areas = _areas(held.filter(ImageFilter.MinFilter(CORE)), cells)
    return _grid([_exact(picture, box) for box in areas])


def _grid(boxes: list[Box]) -> list[Box]:
    """The boxes, and those that are missing in a grid of them: a map may be all but white."""
    found = list(boxes)
    for beside, above in product(boxes, boxes):
        box = (above[0], beside[1], above[2], beside[3])
        in_row = sum(_alike(box[1::2], other[1::2]) for other in boxes) > 1
        in_column = sum(_alike(box[::2], other[::2]) for other in boxes) > 1
        if (in_row or in_column) and not any(_overlap(box, known) for known in found):
            found.append(box)
    return found


def _alike(some: Sequence[int], others: Sequence[int]) -> bool:
    return all(abs(one - other) < CELL for one, other in zip(some, others, strict=True))


def _overlap(one: Box, other: Box) -> bool:
    return all(one[n] < other[n + 2] and other[n] < one[n + 2] for n in (0, 1))


def _areas(cores: Image.Image, cells: Image.Image) -> list[Box]:
    """The boxes, in cells, around what is connected and has many colours."""
    width, height = cores.size
    left_over = {at for at, level in enumerate(cores.tobytes()) if level}
    colours = cells.tobytes()
    reach, found = CORE // 2, []
    while left_over:
        ahead, area = [left_over.pop()], []
        while ahead:
            at = ahead.pop()
            area.append(at)
            beside = {at - width, at + width}
            beside |= {at - 1} if at % width else set()
            beside |= {at + 1} if (at + 1) % width else set()
            new = beside & left_over
            left_over -= new
            ahead += new
        tones = {tuple(level >> 4 for level in colours[3 * at : 3 * at + 3]) for at in area}
        xs, ys = [at % width for at in area], [at // width for at in area]
        room = (max(xs) - min(xs) + 1) * (max(ys) - min(ys) + 1)
        if len(tones) >= COLOURS and len(area) > FULL * room:
            box = (min(xs) - reach, min(ys) - reach, max(xs) + reach + 1, max(ys) + reach + 1)
            found.append((max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])))
    return found


def _exact(picture: Image.Image, cells: Box) -> Box:
    """A box of cells in pixels: from its middle as far as no line of it is white.

    A title is beyond such a line.
    """
    left, upper = CELL * cells[0], CELL * cells[1]
    box = (left, upper, min(CELL * cells[2], picture.width), min(CELL * cells[3], picture.height))
    grey = picture.crop(box).convert("L")
    held = grey.point([0 if level > NEARLY_WHITE else 255 for level in range(256)])
    across = _run(held.resize((held.width, 1), Image.Resampling.BOX).tobytes())
    down = _run(held.resize((1, held.height), Image.Resampling.BOX).tobytes())
    return left + across[0], upper + down[0], left + across[1], upper + down[1]


def _run(levels: bytes) -> tuple[int, int]:
    """Where the levels around the middle are not 0."""
    middle = len(levels) // 2
    start = levels.rfind(0, 0, middle) + 1
    end = levels.find(0, middle)
    return start, end if end > 0 else len(levels)
