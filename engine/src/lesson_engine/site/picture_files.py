"""Files of pictures for pages: as small as they can be without being seen to be, size known.

Nothing here knows Sphinx; see pictures.
"""

import functools
import hashlib
import re
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, features

from lesson_engine.core import files

STATE = b"1"  # of what is made here: another number, and all is made again
MADE_SMALLER = (".png", ".jpg", ".jpeg")
QUALITY = 85  # of photographs; below, the grain of small ones goes
GRAIN = 0.3  # bytes per pixel, written quickly: what needs more may be a photograph
GAIN = 0.5  # of the exact file: only then is it worth while to lose something
DOT = 96  # CSS pixels per inch
UNITS = {"": 1, "px": 1, "pt": DOT / 72, "pc": DOT / 6, "in": DOT, "cm": DOT / 2.54}
UNITS["mm"] = UNITS["cm"] / 10
LENGTH = re.compile(r"([\d.]+)\s*([a-z]*)")


def web_form(path: Path, folder: Path) -> Path:
    """A picture as WebP if that is smaller, else the file itself.

    Args:
        path: the picture.
        folder: where what was made is kept, so that each picture is made once.
    """
    if path.suffix.lower() not in MADE_SMALLER or not features.check("webp"):
        return path
    data = path.read_bytes()
    made = kept_at(folder, data, f"{path.stem}.webp")
    if not made.is_file():
        try:
            files.write(made, encoded(opened(data)))
        except OSError:  # no picture, whatever its name says: the browser will show that
            return path
    return made if made.stat().st_size < len(data) else path


def kept_at(folder: Path, data: bytes, name: str) -> Path:
    """Where what is made of some data is kept; it has a readable name on the site."""
    return folder / hashlib.sha256(STATE + data).hexdigest()[:16] / name


@functools.lru_cache(maxsize=1)  # a picture's light form is made, then its dark one
def opened(data: bytes) -> Image.Image:
    """A picture in RGB, or in RGBA if one sees through it. Raises: OSError."""
    with Image.open(BytesIO(data)) as picture:
        shown = picture.convert("RGBA")
    return shown if shown.getchannel("A").getextrema() != (255, 255) else shown.convert("RGB")


def encoded(picture: Image.Image) -> bytes:
    """A picture as WebP: exact, unless it is a photograph. Raises: OSError if it is too large."""
    quick = _webp(picture, lossless=True, method=0, quality=0)
    if len(quick) > GRAIN * picture.width * picture.height:
        close = _webp(picture, quality=QUALITY, method=4)
        if len(close) < GAIN * len(quick):
            return close
    return _webp(picture, lossless=True, method=1)


def _webp(picture: Image.Image, **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, "WEBP", **options)
    return written.getvalue()


def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height of a picture in CSS pixels; None if it does not say."""
    if path.suffix.lower() == ".svg":
        return _size_of_drawing(path.read_text("utf-8", errors="replace"))
    try:
        with Image.open(path) as picture:
            return picture.size
    except OSError:
        return None


def _size_of_drawing(text: str) -> tuple[int, int] | None:
    root = re.search(r"<svg\b[^>]*>", text)
    if root is None:
        return None
    said = dict(re.findall(r"""\b(width|height|viewBox)\s*=\s*["']([^"']*)["']""", root[0]))
    lengths = [LENGTH.fullmatch(said.get(name, "").strip()) for name in ("width", "height")]
    if all(length and length[2] in UNITS for length in lengths):
        width, height = (float(one[1]) * UNITS[one[2]] for one in lengths if one)
    else:
        box = re.findall(r"-?[\d.]+", said.get("viewBox", ""))
        if len(box) != 4:
            return None
        width, height = float(box[2]), float(box[3])
    return max(1, round(width)), max(1, round(height))
