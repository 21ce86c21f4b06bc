"""What a run gave -> new Markdown text, figure files and a record of how they were made.

What agrees with what is recorded stays as it is, byte for byte: times that differ from run
to run, and results within their tolerance, are not rewritten. An exception are figures with a
tolerance once a result with a tolerance has changed above them: they would show the old result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lesson_engine.core import comparer, files, provenance, structure
from lesson_engine.core.comparer import TEXTS, Rules, View
from lesson_engine.core.divs import is_task
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Episode, Recorded
from lesson_engine.core.notebook import CellRun

LONGEST = 200_000  # characters of an output: some 2,500 lines


@dataclass(frozen=True)
class _Edit:
    """Lines to replace. Attributes: index of the first, index after the last, the new ones."""

    first: int
    end: int
    lines: tuple[str, ...]


@dataclass
class Recording:
    """What a run gives to write.

    Attributes:
        text: the episode's new Markdown.
        pictures: source of a figure -> PNG bytes.
        changed: indices of the blocks that no longer agreed.
        faults: what the author has to settle by hand.
    """

    text: str
    pictures: dict[str, bytes] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    faults: list[LessonError] = field(default_factory=list)


def record(
    episode: Episode,
    runs: Sequence[CellRun],
    lesson_rules: Rules,
    rewrite: bool = False,
    everywhere: bool = False,
) -> Recording:
    """Work out what a fresh run changes; nothing is written.

    Args:
        episode: the episode.
        runs: of all its cells.
        lesson_rules: for a comparison in full.
        rewrite: True to replace also what agrees, such as the times in a training log.
        everywhere: True to write outputs also where there are none, except in a task.
    """
    recording = Recording(episode.text)
    edits: list[_Edit] = []
    other_results = rewrite
    for run in runs:
        block = run.cell.part
        if not isinstance(block, Block):
            continue
        rules = _rules_for(block, lesson_rules, everywhere)
        recorded, fresh = comparer.compare(block, run.outputs, rules)
        other_results |= block.tolerance is not None and recorded != fresh
        drawn_anew = other_results and block.figure_tolerance > 0
        if recorded == fresh and not rewrite and not drawn_anew:
            continue
        recording.changed.add(run.cell.index)
        view = comparer.fresh_view(run.outputs)
        kinds = _kinds_to_write(recorded, fresh, rewrite, rules)
        if rules.recorded_only:
            kinds = _kept_by_author(episode, block, kinds, view, recording.faults)
            view = replace(view, pictures=fresh.pictures)
        edits += _edits_of(episode, block, _texts(block, kinds, view, rules), recording.faults)
        agreeing = [] if rewrite or drawn_anew else _agreeing_figures(recorded, fresh)
        _take_pictures(episode, block, view.pictures, agreeing, recording)
    recording.text = _edited(episode.text, edits)
    return recording


def _kinds_to_write(recorded: View, fresh: View, rewrite: bool, rules: Rules) -> list[str]:
    """Kinds of text that differ; with `rewrite` also those that agree."""
    return [
        kind
        for kind in TEXTS
        if getattr(recorded, kind) != getattr(fresh, kind)
        or (rewrite and (getattr(recorded, kind) or not rules.recorded_only))
    ]


def _rules_for(block: Block, rules: Rules, everywhere: bool) -> Rules:
    """The rules for one block: the output of a task's code would give the answer away."""
    if everywhere and not (is_task(block.divs) and not block.recorded):
        return replace(rules, recorded_only=False)
    return rules


def _kept_by_author(
    episode: Episode, block: Block, kinds: Sequence[str], view: View, faults: list[LessonError]
) -> list[str]:
    """The kinds to write: an output that nothing gives any more is the author's to remove."""
    written = []
    for kind in kinds:
        shortened = [
            part
            for part in block.recorded
            if _is(part, kind) and comparer.ABRIDGED.search(part.text) and not part.is_traceback
        ]
        for part in shortened:
            message = (
                f"this {kind} is shortened and agrees no more; `lesson check -v` shows the new "
                "one, which is yours to shorten"
            )
            faults.append(LessonError(episode.path, part.first_line, message))
        if getattr(view, kind) and not shortened:
            written.append(kind)
        if getattr(view, kind) or shortened:
            continue
        for part in block.recorded:
            if part.kind == kind:
                message = (
                    f"the block above gives no {kind} any more; remove this, or `record --all`"
                )
                faults.append(LessonError(episode.path, part.first_line, message))
    return written


def _texts(block: Block, kinds: Sequence[str], view: View, rules: Rules) -> dict[str, str]:
    """Kind -> what will stand below a block; nothing in it names this machine."""
    texts = {kind: getattr(view, kind) for kind in kinds}
    if "error" in texts and view.traceback and _shows_traceback(block):
        texts["error"] = view.traceback
    return {kind: comparer.without_places(text, rules) for kind, text in texts.items()}


def _edits_of(
    episode: Episode, block: Block, texts: Mapping[str, str], faults: list[LessonError]
) -> list[_Edit]:
    """Edits that bring what is recorded of a block up to date; adds what no page can show."""
    edits = []
    for kind, text in texts.items():
        if len(text) > LONGEST:
            message = f"its {kind} has {len(text):,} characters, which no reader wants; show less"
            faults.append(LessonError(episode.path, block.first_line, message))
        elif "\0" in text:
            message = f"its {kind} holds a character with the code 0, which no page can show"
            faults.append(LessonError(episode.path, block.first_line, message))
        else:
            edits += _text_edits(episode, block, kind, text)
    return edits


def _shows_traceback(block: Block) -> bool:
    """True if the author recorded a traceback in full."""
    return any(part.is_traceback and "\n" in part.text for part in block.recorded)


def _edited(text: str, edits: Sequence[_Edit]) -> str:
    lines = text.split("\n")
    ending = "\r" if lines[0].endswith("\r") else ""
    if edits and lines[-1]:  # the last line lacks its end: something may come below it
        lines[-1:] = [lines[-1] + ending, ""]
    # from the end, so that lines keep their numbers; what comes to one place keeps its order
    for edit in reversed(sorted(edits, key=lambda edit: (edit.first, edit.end))):
        lines[edit.first : edit.end] = [line + ending for line in edit.lines]
    return "\n".join(lines)


def _is(part: Recorded, kind: str) -> bool:
    """True if a part is of this kind; a traceback that is called an output is an error."""
    if part.kind == "output" and part.is_traceback:
        return kind == "error"
    return part.kind == kind


def _text_edits(episode: Episode, block: Block, kind: str, text: str) -> list[_Edit]:
    """Edits that make `text` the only thing of this kind below the block."""
    old = [part for part in block.recorded if _is(part, kind)]
    new = _fence(kind, text, block.prefix) if text else ()
    if not old:
        at = _end_of(episode, block, kind)
        return [_Edit(at, at, (block.prefix.rstrip(), *new))] if new else []
    edits = [
        _Edit(part.first_line - 1, part.last_line, new if number == 0 else ())
        for number, part in enumerate(old)
    ]
    return [_with_blank_line(edit, episode) for edit in edits]


def _with_blank_line(edit: _Edit, episode: Episode) -> _Edit:
    """A removed fence takes the empty line above it along."""
    above = episode.text.split("\n")[edit.first - 1]
    if not edit.lines and not above.strip(" >\r"):
        return _Edit(edit.first - 1, edit.end, edit.lines)
    return edit


def _end_of(episode: Episode, block: Block, kind: str) -> int:
    """Number of lines up to the place where a new fence of this kind belongs."""
    before = TEXTS[: TEXTS.index(kind)]
    ends = [block.last_line]
    ends += [part.last_line for part in block.recorded if part.kind in before]
    directives = block.directive_lines.values()
    for first, last in episode.comment_lines:
        if any(first <= line <= last for line in directives):
            ends.append(last)
    return max(ends)


def _fence(kind: str, text: str, prefix: str) -> tuple[str, ...]:
    ticks = "```"
    while ticks in text:
        ticks += "`"
    lines = [ticks + kind, *text.split("\n"), ticks]
    return tuple((prefix + line).rstrip() for line in lines)


def _agreeing_figures(recorded: View, fresh: View) -> list[int]:
    """Places, from 0, of the figures that need not be replaced."""
    pairs = zip(recorded.figures.split("\n"), fresh.figures.split("\n"), strict=False)
    return [place for place, (ours, theirs) in enumerate(pairs) if ours == theirs]


def _take_pictures(
    episode: Episode,
    block: Block,
    pictures: Sequence[bytes],
    agreeing: Sequence[int],
    recording: Recording,
) -> None:
    for place, picture in enumerate(pictures):
        if place >= len(block.figures):
            message = (
                "this block draws a figure; write "
                f"![caption](fig/{episode.name[:2]}_name.png){{.cell-output alt='…'}} below it"
            )
            recording.faults.append(LessonError(episode.path, block.first_line, message))
        elif place not in agreeing:
            recording.pictures[block.figures[place].source] = picture
    for figure in block.figures[len(pictures) :]:
        message = f"the block above does not draw {figure.source}; remove the figure"
        recording.faults.append(LessonError(episode.path, figure.first_line, message))


def write(
    episode: Episode, lesson: Lesson, recording: Recording, runs: Sequence[CellRun]
) -> list[Path]:
    """Write a recording: figures, provenance and Markdown, all of them or none.

    Args:
        episode: its file must still hold the text that was run.
        lesson: the lesson.
        recording: what to write; a figure that would replace what is no recording is left out.
        runs: of all cells, for their times.

    Returns: the paths that changed.
    Raises: LessonError if the file was edited while its blocks ran, OSError as
        files.write_all().
    """
    path = lesson.root / episode.path
    if path.read_bytes().decode("utf-8") != episode.text:
        raise LessonError(episode.path, None, "was edited while it ran; record it again")
    contents: dict[Path, str | bytes] = {
        path.parent / source: picture
        for source, picture in recording.pictures.items()
        if structure.wrong_place(episode, lesson, source) is None  # which structure tells
    }
    if lesson.strict or lesson.provenance_folder.is_dir():
        noted = provenance.path_of(episode.name, lesson)
        contents[noted] = provenance.updated(episode, lesson, runs, recording.changed)
    contents[path] = recording.text
    return files.write_all(contents)
