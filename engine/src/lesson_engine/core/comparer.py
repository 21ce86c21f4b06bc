"""Would a reader see a difference? Recorded and fresh outputs, side by side.

Both sides become a View: what a block printed, warned, raised and drew, as text. Two equal
views are an agreement; whether they are equal is left to nbval, or to ==.
"""

import base64
import re
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from nbval.plugin import get_sanitize_patterns
from PIL import Image, ImageChops, ImageStat

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.M)  # a progress bar draws over itself
NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d*)?(?:[eE][-+]?\d+)?(?!\w)")
SHAPE = re.compile(r"\(\d+((?:, \d+)+,?)\)")
MASK = "#"


@dataclass(frozen=True)
class Rules:
    """How strictly to compare.

    Attributes:
        structure_only: True on stand-in data: numbers and data words are masked, but not
            the trailing axes of a shape; figures are counted.
        data_words: words that depend on the data, masked then.
        figure_folder: folder that figure addresses start from.
    """

    structure_only: bool = False
    data_words: tuple = ()
    figure_folder: Path = Path(".")


def fresh_view(outputs):
    """What a reader sees of a block's outputs.

    Args:
        outputs: notebook outputs, as they came from the kernel.

    Returns: dict with "output" (stdout and values, in order), "warning" (stderr) and
        "error" ("Name: message") as text, and "figures", a list of PNG bytes.
    """
    view = {"output": "", "warning": "", "error": "", "figures": []}
    for output in outputs:
        if output.output_type == "stream":
            view["output" if output.name == "stdout" else "warning"] += output.text
        elif output.output_type == "error":
            view["error"] += f"{output.ename}: {output.evalue}"
        elif "image/png" in output.data:
            view["figures"].append(base64.b64decode(output.data["image/png"]))
        else:
            plain = output.data.get("text/plain", "")
            view["output"] += plain if plain.endswith("\n") else plain + "\n"
    for kind in ("output", "warning", "error"):
        view[kind] = tidy(view[kind])
    return view


def recorded_view(block):
    """What stands below a block: as fresh_view, but "figures" holds addresses."""
    view = {"output": "", "warning": "", "error": "", "figures": []}
    for part in block.recorded:
        view[part.kind] += part.text + "\n"
    for kind in ("output", "warning", "error"):
        view[kind] = tidy(view[kind])
    view["figures"] = [figure.source for figure in block.figures]
    return view


def tidy(text):
    """Text as it stands at the end: no colours, no overwritten text, no trailing blanks."""
    lines = OVERWRITTEN.sub("", ANSI.sub("", text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def sanitise(text):
    """Text without what no two runs share (sanitize.cfg)."""
    for pattern, replacement in SANITISERS:
        text = re.sub(pattern, replacement, text)
    return text


def compare(block, outputs, rules):
    """Bring what is recorded and what is fresh into a form in which "equal" means "agrees".

    Args:
        block: Block, with what is recorded of it.
        outputs: notebook outputs of a fresh run.
        rules: Rules.

    Returns: (recorded, fresh), two dicts of text by kind, without empty kinds.
    """
    recorded, fresh = recorded_view(block), fresh_view(outputs)
    if fresh["error"] and recorded["error"].endswith(fresh["error"]):
        recorded["error"] = fresh["error"]  # an author may record the whole traceback
    for kind in ("output", "warning", "error"):
        recorded[kind], fresh[kind] = sanitise(recorded[kind]), sanitise(fresh[kind])
        if rules.structure_only:
            recorded[kind] = structure(recorded[kind], rules.data_words)
            fresh[kind] = structure(fresh[kind], rules.data_words)
        elif block.tolerance is not None:
            recorded[kind], fresh[kind] = reconcile(recorded[kind], fresh[kind], block.tolerance)
    recorded["figures"], fresh["figures"] = _figures(block, recorded, fresh, rules)
    return _filled(recorded), _filled(fresh)


def agrees(block, outputs, rules):
    """True if a reader would see no difference."""
    recorded, fresh = compare(block, outputs, rules)
    return recorded == fresh


def _filled(view):
    return {kind: text for kind, text in view.items() if text}


def reconcile(recorded, fresh, tolerance):
    """Make numbers equal that differ by no more than the tolerance; leave all else.

    Args:
        recorded, fresh: text.
        tolerance: largest absolute difference.

    Returns: (recorded, fresh); with single blanks where columns may have shifted.
    """
    recorded, fresh = _unshifted(recorded, fresh)
    ours, theirs = NUMBER.findall(recorded), NUMBER.findall(fresh)
    if len(ours) != len(theirs):
        return recorded, fresh
    pairs = iter(zip(ours, theirs, strict=True))

    def choose(_):
        ours, theirs = next(pairs)
        distance = abs(_value(ours) - _value(theirs))
        return ours if distance <= tolerance * (1 + 1e-9) else theirs

    return recorded, NUMBER.sub(choose, fresh)


def _unshifted(recorded, fresh):
    """Both texts, with single blanks if a number is longer in one: columns shift by it."""
    ours, theirs = ([len(each) for each in NUMBER.findall(text)] for text in (recorded, fresh))
    if ours == theirs:
        return recorded, fresh
    return tuple(re.sub(r"[ \t]+", " ", text) for text in (recorded, fresh))


def largest_difference(recorded, fresh):
    """The tolerance that two texts would need: the largest difference of their numbers.

    Args:
        recorded, fresh: text, as in a view.

    Returns: float; infinite if the texts differ in more than numbers.
    """
    texts = _unshifted(sanitise(recorded), sanitise(fresh))
    ours, theirs = (NUMBER.findall(text) for text in texts)
    if NUMBER.sub(MASK, texts[0]) != NUMBER.sub(MASK, texts[1]):
        return float("inf")
    pairs = zip(ours, theirs, strict=True)
    return max((abs(_value(one) - _value(other)) for one, other in pairs), default=0.0)


def _value(number):
    return float(number.replace(",", ""))


def structure(text, data_words=()):
    """What is left of an output when the data are others.

    Numbers become "#", but for the trailing axes of a shape; data words become "WORD";
    lines may break elsewhere.
    """
    kept = []

    def keep(match):
        kept.append(match[1])
        return f"({MASK}\0{len(kept) - 1}\0)"

    text = SHAPE.sub(keep, text)
    if data_words:
        text = re.sub(rf"\b(?:{'|'.join(map(re.escape, data_words))})\b", "WORD", text)
    text = NUMBER.sub(MASK, text)
    text = re.sub(r"\x00(\d+|#)\x00", "\0", text)
    for axes in kept:
        text = text.replace("\0", axes, 1)
    text = re.sub(r"(?<=[\[(])\s+|\s+(?=[\])])", "", text)  # NumPy pads its columns
    return " ".join(text.split())


def _figures(block, recorded, fresh, rules):
    """One line a figure: equal lines mean that the pictures agree."""
    ours = [f"figure {n}: {source}" for n, source in enumerate(recorded["figures"], 1)]
    theirs = []
    for number, picture in enumerate(fresh["figures"], 1):
        if number > len(ours):
            theirs.append(f"figure {number}: drawn, and not recorded")
            continue
        line = ours[number - 1]
        if not rules.structure_only:
            path = rules.figure_folder / recorded["figures"][number - 1]
            line += _difference(path, picture, block.figure_tolerance)
        theirs.append(line)
    return "\n".join(ours), "\n".join(theirs)


def _difference(path, picture, tolerance):
    """ "" if the pictures agree, else what to tell the author."""
    if not path.is_file():
        return " is missing"
    distance = picture_distance(path.read_bytes(), picture)
    return "" if distance <= tolerance else f" differs by {distance:.5f} (0 to 1)"


def picture_distance(first, second):
    """Mean absolute difference of two pictures over all pixels and channels.

    Args:
        first, second: PNG bytes. Sizes may differ by 2 %: labels grow with their numbers.

    Returns: 0 (equal) to 1 (white against black; also if sizes or files do not fit).
    """
    if first == second:
        return 0.0
    try:
        first, second = (Image.open(BytesIO(data)).convert("RGBA") for data in (first, second))
    except OSError:
        return 1.0
    if first.size != second.size:
        if any(abs(a - b) > 0.02 * a for a, b in zip(first.size, second.size, strict=True)):
            return 1.0
        second = second.resize(first.size)
    means = ImageStat.Stat(ImageChops.difference(first, second)).mean
    return sum(means) / len(means) / 255


SANITISERS = get_sanitize_patterns(
    files("lesson_engine.core").joinpath("sanitize.cfg").read_text(encoding="utf-8")
)
