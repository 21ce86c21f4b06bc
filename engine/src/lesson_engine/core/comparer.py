"""Would a reader see a difference? Recorded and fresh outputs, side by side.

Both sides become a View: what a block printed, warned, raised and drew, as text. Two equal
views are an agreement.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block
from lesson_engine.core.notebook import ANSI, Output

OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.M)  # a progress bar draws over itself
NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d*)?(?:[eE][-+]?\d+)?(?!\w)")
SHAPE = re.compile(r"\(\d+((?:, \d+)+,?)\)")
ABRIDGED = re.compile(r"\s*(?:\[?\.\.\.\]?|…|⋮)\s*")
MASK = "#"
# where packages lie on this machine
LOCAL_PATH = re.compile(r"(?:/|[A-Za-z]:\\)[^\s'\"]*[/\\]site-packages[/\\]")
PACKAGES = "site-packages/"
TEXTS = ("output", "warning", "error")
# What no two runs of any lesson share; a lesson adds its own (sanitise in [tool.lesson]).
SANITISE = {
    r"0x[0-9a-f]{6,}": "ADDRESS",  # of an object
    r"\S*ipykernel_\d+/\d+\.py": "CELL",  # the file that a kernel pretends a cell to be
    r"(?m)^(CPU times|Wall time): .*": r"\1: TIME",  # of %time; the next two of %timeit
    r"(?m)^.* per loop \(mean ± std\. dev\. of .*": "TIME per loop",
    LOCAL_PATH.pattern: PACKAGES,
    r" \((?:\d+\.py|<[^>]+>), line \d+\)": "",  # where a SyntaxError is, which a reader sees
    r"(?m)^The slowest run took .* times longer than the fastest\..*\n?": "",
}


@dataclass(frozen=True)
class Rules:
    """How strictly to compare.

    Attributes:
        structure_only: True on stand-in data: numbers and data words are masked, but not
            the trailing axes of a shape; figures are counted.
        data_words: words that depend on the data, masked then.
        figure_folder: folder that figure addresses start from.
        sanitise: regular expression -> what replaces it on both sides.
        recorded_only: True to compare only what stands below a block: no output that the
            author left out, nor what "..." stands for.
    """

    structure_only: bool = False
    data_words: tuple[str, ...] = ()
    figure_folder: Path = Path(".")
    sanitise: Mapping[str, str] = field(default_factory=lambda: SANITISE)
    recorded_only: bool = False


def rules_for(lesson: Lesson, page: Path, structure_only: bool = False) -> Rules:
    """The rules by which a lesson's page is compared.

    Args:
        lesson: the lesson.
        page: the page's file; figure addresses start from its folder.
        structure_only: as in Rules.
    """
    sanitise = {**lesson.sanitise, **SANITISE}
    folder = (lesson.root / page).parent
    return Rules(structure_only, lesson.data_words, folder, sanitise, not lesson.strict)


@dataclass(frozen=True)
class View:
    """What a reader sees of a block.

    Attributes:
        output: what it printed and its last value, in order.
        warning: what it wrote to stderr.
        error: "Name: message".
        traceback: the whole of it, in a fresh run; not part of a comparison.
        figures: a line for each figure, such that equal lines mean that pictures agree.
        pictures: what it drew in a fresh run, as PNG bytes; not part of a comparison.
    """

    output: str = ""
    warning: str = ""
    error: str = ""
    figures: str = ""
    pictures: tuple[bytes, ...] = field(default=(), compare=False)
    traceback: str = field(default="", compare=False)


def fresh_view(outputs: Sequence[Output]) -> View:
    """What a reader sees of a block's outputs.

    Args:
        outputs: as they came from the kernel.

    Returns: View, whose figures are empty: they depend on what is recorded.
    """
    texts, pictures, traceback = dict.fromkeys(TEXTS, ""), [], ""
    for given in outputs:
        kind = given["output_type"]
        if kind == "stream":
            texts["output" if given["name"] == "stdout" else "warning"] += given["text"]
        elif kind == "error":
            texts["error"] += f"{given['ename']}: {given['evalue']}"
            traceback = tidy("\n".join(given["traceback"]))
        elif "image/png" in given["data"]:
            pictures.append(base64.b64decode(given["data"]["image/png"]))
        else:
            plain = given["data"].get("text/plain", "")
            texts["output"] += plain if plain.endswith("\n") else plain + "\n"
    output, warning, error = (tidy(texts[kind]) for kind in TEXTS)
    return View(output, warning, error, pictures=tuple(pictures), traceback=traceback)


def recorded_view(block: Block) -> View:
    """What stands below a block."""
    texts = dict.fromkeys(TEXTS, "")
    for part in block.recorded:
        texts[part.kind] += part.text + "\n"
    lines = [f"figure {n}: {figure.source}" for n, figure in enumerate(block.figures, 1)]
    output, warning, error = (tidy(texts[kind]) for kind in TEXTS)
    return View(output, warning, error, figures="\n".join(lines))


def tidy(text: str) -> str:
    """Text as it stands at the end: no colours, no overwritten text, no trailing blanks."""
    lines = OVERWRITTEN.sub("", ANSI.sub("", text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def sanitised(text: str, patterns: Mapping[str, str] = SANITISE) -> str:
    """Text without what no two runs share."""
    for pattern, replacement in patterns.items():
        text = re.sub(pattern, replacement, text)
    return text


def compare(block: Block, outputs: Sequence[Output], rules: Rules) -> tuple[View, View]:
    """Bring what is recorded and what is fresh into a form in which "equal" means "agrees".

    Args:
        block: with what is recorded of it.
        outputs: of a fresh run.
        rules: how strictly.

    Returns: recorded, fresh.
    """
    recorded, fresh = recorded_view(block), fresh_view(outputs)
    if fresh.error and not recorded.error:  # the author may have called it an output
        printed, error = _called_output(block)
        recorded = replace(recorded, output=printed, error=error)
    if rules.recorded_only:
        recorded, fresh = _only_recorded(recorded, fresh, block)
    raised = sanitised(fresh.error, rules.sanitise)
    if raised and sanitised(recorded.error, rules.sanitise).endswith(raised):
        recorded = replace(recorded, error=fresh.error)  # an author may record the traceback
    pairs = [
        _reconciled(getattr(recorded, kind), getattr(fresh, kind), block, rules) for kind in TEXTS
    ]
    (output, warning, error), theirs = zip(*pairs, strict=True)
    figures = _figures(block, fresh.pictures, rules)
    return (
        View(output, warning, error, recorded.figures),
        View(theirs[0], theirs[1], theirs[2], figures, fresh.pictures),
    )


def _called_output(block: Block) -> tuple[str, str]:
    """Output and error of a block below which a traceback stands as an output."""
    texts = dict.fromkeys(("output", "error"), "")
    for part in block.recorded:
        if part.kind == "output":
            texts["error" if part.is_traceback else "output"] += part.text + "\n"
    return tidy(texts["output"]), tidy(texts["error"])


def _only_recorded(recorded: View, fresh: View, block: Block) -> tuple[View, View]:
    """Both views without what the author left out: whole kinds of output, and "..." in one."""
    texts: dict[str, str] = {}
    for kind in TEXTS:
        ours, theirs = getattr(recorded, kind), getattr(fresh, kind)
        if not ours and kind != "error":
            theirs = ""
        elif ABRIDGED.search(ours) and _abridges(ours, theirs):
            theirs = ours
        texts[kind] = theirs
    pictures = fresh.pictures if block.figures else ()
    fresh = View(
        texts["output"], texts["warning"], texts["error"], fresh.figures, pictures, fresh.traceback
    )
    return recorded, fresh


def _abridges(short: str, full: str) -> bool:
    """True if a text is another one with "..." in the place of what it leaves out."""
    pieces = [re.sub(r"\s+", " ", piece).strip() for piece in ABRIDGED.split(short)]
    pattern = ".*?".join(map(re.escape, pieces))
    return re.fullmatch(rf"\s*{pattern}\s*", re.sub(r"\s+", " ", full).strip(), re.S) is not None


def agrees(block: Block, outputs: Sequence[Output], rules: Rules) -> bool:
    """True if a reader would see no difference."""
    recorded, fresh = compare(block, outputs, rules)
    return recorded == fresh


def _reconciled(recorded: str, fresh: str, block: Block, rules: Rules) -> tuple[str, str]:
    """Both texts without what need not agree."""
    recorded, fresh = sanitised(recorded, rules.sanitise), sanitised(fresh, rules.sanitise)
    if rules.structure_only:
        return structure(recorded, rules.data_words), structure(fresh, rules.data_words)
    if block.tolerance is not None:
        return reconcile(recorded, fresh, block.tolerance)
    return recorded, fresh


def reconcile(recorded: str, fresh: str, tolerance: float) -> tuple[str, str]:
    """Make numbers equal that differ by no more than the tolerance; leave all else.

    Args:
        recorded, fresh: the two texts.
        tolerance: largest absolute difference.

    Returns: recorded, fresh; with single blanks where columns may have shifted.
    """
    recorded, fresh = _unshifted(recorded, fresh)
    ours, theirs = NUMBER.findall(recorded), NUMBER.findall(fresh)
    if len(ours) != len(theirs):
        return recorded, fresh
    pairs = iter(zip(ours, theirs, strict=True))

    def choose(_: re.Match[str]) -> str:
        one, other = next(pairs)
        near = abs(_value(one) - _value(other)) <= tolerance * (1 + 1e-9)
        return str(one if near else other)

    return recorded, NUMBER.sub(choose, fresh)


def _unshifted(recorded: str, fresh: str) -> tuple[str, str]:
    """Both texts, with single blanks if a number is longer in one: columns shift by it.

    NumPy fills up a number that is short with blanks, also before a bracket.
    """
    ours, theirs = ([len(each) for each in NUMBER.findall(text)] for text in (recorded, fresh))
    if ours == theirs:
        return recorded, fresh
    return _with_single_blanks(recorded), _with_single_blanks(fresh)


def _with_single_blanks(text: str) -> str:
    return re.sub(r"(?<=\[) | (?=\])", "", re.sub(r"[ \t]+", " ", text))


def largest_difference(recorded: str, fresh: str, patterns: Mapping[str, str] = SANITISE) -> float:
    """The tolerance that two texts would need: the largest difference of their numbers.

    Args:
        recorded, fresh: text, as in a view.
        patterns: what no two runs share; see Rules.sanitise.

    Returns: infinite if the texts differ in more than numbers.
    """
    texts = _unshifted(sanitised(recorded, patterns), sanitised(fresh, patterns))
    ours, theirs = (NUMBER.findall(text) for text in texts)
    if NUMBER.sub(MASK, texts[0]) != NUMBER.sub(MASK, texts[1]):
        return float("inf")
    pairs = zip(ours, theirs, strict=True)
    return max((abs(_value(one) - _value(other)) for one, other in pairs), default=0.0)


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def structure(text: str, data_words: Sequence[str] = ()) -> str:
    """What is left of an output when the data are others.

    Numbers become "#", but for the trailing axes of a shape; data words become "WORD";
    lines may break elsewhere.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
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


def _figures(block: Block, pictures: Sequence[bytes], rules: Rules) -> str:
    """A line for each picture drawn: equal to the recorded one if the two agree."""
    lines = []
    for number, picture in enumerate(pictures, 1):
        if number > len(block.figures):
            lines.append(f"figure {number}: drawn, and not recorded")
            continue
        source = block.figures[number - 1].source
        line = f"figure {number}: {source}"
        if not rules.structure_only:
            line += _difference(rules.figure_folder / source, picture, block.figure_tolerance)
        lines.append(line)
    return "\n".join(lines)


def _difference(path: Path, picture: bytes, tolerance: float) -> str:
    """ "" if the pictures agree, else what to tell the author."""
    if not path.is_file():
        return " is missing"
    distance = picture_distance(path.read_bytes(), picture)
    return "" if distance <= tolerance else f" differs by {distance:.5f} (0 to 1)"


def picture_distance(first: bytes, second: bytes) -> float:
    """Mean absolute difference of two pictures over all pixels and channels.

    Args:
        first, second: PNG bytes. Sizes may differ by 2 %: labels grow with their numbers.

    Returns: 0 (equal) to 1 (white against black; also if sizes or files do not fit).
    """
    if first == second:
        return 0.0
    try:
        one, other = (Image.open(BytesIO(data)).convert("RGBA") for data in (first, second))
    except OSError:
        return 1.0
    if one.size != other.size:
        if any(abs(a - b) > 0.02 * a for a, b in zip(one.size, other.size, strict=True)):
            return 1.0
        other = other.resize(one.size)
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return float(sum(means) / len(means) / 255)
