"""Would a reader see a difference? Recorded and fresh outputs, side by side.

Both sides become a View: what a block printed, warned, raised and drew, as text. Two equal
views are an agreement.
"""

import base64
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lesson_engine.core import patterns, pictures
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block
from lesson_engine.core.notebook import ANSI, Output

CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")  # which no page can show
OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.M)  # a progress bar draws over itself
NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d*)?(?:[eE][-+]?\d+)?(?!\w)")
SHAPE = re.compile(r"\(\d+((?:, \d+)+,?)\)")
# What stands for something left out; `round(...)` in a message is none
# (the look behind keeps it from trying at every blank of many)
ABRIDGED = re.compile(r"(?<!\s)\s*(?:(?:\[?(?<!\()\.\.\.(?!\))\]?|…|⋮)\s*)+")
MASK = "#"
VARIES = "[varies]"
HOME, LESSON = "~", "~/lesson"  # what readers see in the place of folders of this machine
# What names this machine, or what only this run had -> what is recorded in its place
PLACES = {
    # the look behind keeps it from trying at every "/" of a long text
    r"(?<![^\s'\"(=:,])(?:/|[A-Za-z]:\\)[^\s'\"]*[/\\]site-packages[/\\]": "site-packages/",
    r"\['[^']*ipykernel_launcher\.py'(?:, '[^']*')*\]": "['ipykernel_launcher.py']",  # sys.argv
    r"(?<=\bat )0x[0-9a-f]{6,}": "0x########",  # of an object
    r" \((?:\d+\.py|<[^>]+>), line \d+\)": "",  # where a SyntaxError is, which a reader sees
}
TEXTS = ("output", "warning", "error")
# So many times its tolerance may a figure differ in one place; at least as much as a digit of its
# title does (0.2 was seen), and less than a place that is painted over (0.5 and more)
PATCH, LEAST_PATCH, MOST_PATCH = 20, 0.3, 0.5
# What no two runs of any lesson share; a lesson adds its own (sanitise in [tool.lesson]).
SANITISE = {
    **PLACES,
    r"0x(?:[0-9a-f]{6,}|#+)": "ADDRESS",  # also where a program prints one
    r"(?<!\S)\S*ipykernel_\d+/\d+\.py": "CELL",  # the file that a kernel pretends a cell to be
    r"(?m)^(CPU times|Wall time): .*": r"\1: TIME",  # of %time; the next two of %timeit
    r"(?m)^.* per loop \(mean ± std\. dev\. of .*": "TIME per loop",
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
        chosen: those of them that the lesson's pyproject.toml holds.
        page: the page, for messages.
        places: likewise, and also in what is recorded: folders of this machine and so on.
        recorded_only: True to compare only what stands below a block: no output that the
            author left out, nor what "..." stands for.
    """

    structure_only: bool = False
    data_words: tuple[str, ...] = ()
    figure_folder: Path = Path(".")
    sanitise: Mapping[str, str] = field(default_factory=lambda: SANITISE)
    chosen: Collection[str] = ()
    page: Path = Path(".")
    places: Mapping[str, str] = field(default_factory=lambda: PLACES)
    recorded_only: bool = False


def rules_for(lesson: Lesson, page: Path, structure_only: bool = False) -> Rules:
    """The rules by which a lesson's page is compared.

    Args:
        lesson: the lesson.
        page: the page's file; figure addresses start from its folder.
        structure_only: as in Rules.
    """
    places = {**_folders(lesson), **PLACES}
    return Rules(
        structure_only,
        lesson.data_words,
        figure_folder=(lesson.root / page).parent,
        sanitise={**places, **lesson.sanitise, **SANITISE},
        chosen=lesson.sanitise.keys(),
        page=lesson.shown(lesson.root / page),
        places=places,
        recorded_only=not lesson.strict,
    )


def _folders(lesson: Lesson) -> dict[str, str]:
    """Folders of this machine -> what stands for them, the innermost first."""
    work = rf"{re.escape(str(lesson.build_folder))}[/\\]work(?:-stand-in)?"
    episode = r"(?:[/\\][^/\\\s'\"]+)?(?=[/\\](?:scripts|data)\b)"
    temporary = rf"{re.escape(tempfile.gettempdir())}[/\\]tmp[a-z0-9_]{{8}}\b"
    found = {work + episode: LESSON, temporary: "/tmp/tmp########"}
    for folder, name in ((lesson.root, LESSON), (Path.home(), HOME)):
        if len(folder.parts) > 1:
            found[rf"(?<![\w.]){re.escape(str(folder))}(?![\w.-])"] = name
    return found


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
    text = _without_backspaces(ANSI.sub("", text))
    lines = CONTROL.sub("", OVERWRITTEN.sub("", text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).rstrip("\n")


def _without_backspaces(text: str) -> str:
    """A text without what was taken back; nothing is taken back over the end of a line."""
    if "\b" not in text:
        return text
    kept: list[str] = []
    for character in text:
        if character == "\b" and kept and kept[-1] not in "\n\b":
            kept.pop()
        else:
            kept.append(character)
    return "".join(kept)


def sanitised(text: str, replacements: Mapping[str, str] = SANITISE) -> str:
    """Text without what no two runs share."""
    for pattern, replacement in replacements.items():
        text = re.sub(pattern, replacement, text)
    return text


def freed(text: str, rules: Rules) -> str:
    """Text without what no two runs of this lesson share."""
    for pattern, by in rules.sanitise.items():
        if pattern in rules.chosen:
            text = patterns.replaced(pattern, by, text, "pyproject.toml", None)
        else:
            text = re.sub(pattern, by, text)
    return text


def without_places(text: str, rules: Rules) -> str:
    """A text that names nothing of this machine, as it is recorded."""
    return sanitised(text, rules.places)


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
    raised = freed(fresh.error, rules)
    if raised and freed(recorded.error, rules).endswith(raised):
        recorded = replace(recorded, error=fresh.error)  # an author may record the traceback
    recorded, fresh = (_without_varying(view, block, rules) for view in (recorded, fresh))
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


def _without_varying(view: View, block: Block, rules: Rules) -> View:
    """A view with a mask in the place of what the author says is not the same in each run.

    What no two runs share goes first: a mask inside it would hide what it is.
    """
    if block.varies is None:
        return view
    pattern = block.varies.pattern or r"(?s).+"
    line = block.directive_lines.get("varies", block.first_line)
    texts = (freed(getattr(view, kind), rules) for kind in TEXTS)
    output, warning, error = (
        patterns.replaced(pattern, VARIES, text, rules.page, line) for text in texts
    )
    return replace(view, output=output, warning=warning, error=error)


def _abridges(short: str, full: str) -> bool:
    """True if a text is another one with "..." in the place of what it leaves out."""
    first, *pieces = (" ".join(piece.split()) for piece in ABRIDGED.split(short))
    full = " ".join(full.split())
    if not full.startswith(first):
        return False
    at = len(first)
    for piece in pieces[:-1]:  # each where it comes first leaves most for those behind it
        found = full.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return full.endswith(pieces[-1]) and len(full) - len(pieces[-1]) >= at


def agrees(block: Block, outputs: Sequence[Output], rules: Rules) -> bool:
    """True if a reader would see no difference."""
    recorded, fresh = compare(block, outputs, rules)
    return recorded == fresh


def _reconciled(recorded: str, fresh: str, block: Block, rules: Rules) -> tuple[str, str]:
    """Both texts without what need not agree."""
    recorded, fresh = freed(recorded, rules), freed(fresh, rules)
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


def largest_difference(
    recorded: str, fresh: str, replacements: Mapping[str, str] = SANITISE
) -> float:
    """The tolerance that two texts would need: the largest difference of their numbers.

    Args:
        recorded, fresh: text, as in a view.
        replacements: for what no two runs share; see Rules.sanitise.

    Returns: infinite if the texts differ in more than numbers.
    """
    texts = _unshifted(sanitised(recorded, replacements), sanitised(fresh, replacements))
    ours, theirs = (NUMBER.findall(text) for text in texts)
    if NUMBER.sub(MASK, texts[0]) != NUMBER.sub(MASK, texts[1]):
        return float("inf")
    pairs = zip(ours, theirs, strict=True)
    return max((abs(_value(one) - _value(other)) for one, other in pairs), default=0.0)


def values_in(text: str) -> list[float]:
    """All numbers of an output or of code."""
    return [_value(number) for number in NUMBER.findall(text)]


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
    text = " ".join(text.split())
    return re.sub(r"(?<=[\[(]) | (?=[\])])", "", text)  # NumPy pads its columns


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
            all_varies = block.varies is not None and not block.varies.pattern
            tolerance = 1.0 if all_varies else block.figure_tolerance
            line += _difference(rules.figure_folder / source, picture, tolerance)
        lines.append(line)
    return "\n".join(lines)


def _difference(path: Path, picture: bytes, tolerance: float) -> str:
    """ "" if the pictures agree, else what to tell the author."""
    if not path.is_file():
        return " is missing"
    distance, patch = pictures.distances(path.read_bytes(), picture)
    if distance > tolerance:
        return f" differs by {distance:.5f} (0 to 1)"
    most = min(MOST_PATCH, max(LEAST_PATCH, PATCH * tolerance))
    return "" if patch <= most else f" differs by {patch:.2f} in one place (0 to 1)"
