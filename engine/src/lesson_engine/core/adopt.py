"""What it takes until a lesson that nobody prepared is green: edits, each a line to add.

An edit is proposed for a block that raises, with the reason as its author will read it, and for
a figure that stands below a block that draws.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesson_engine.core import comparer, pictures
from lesson_engine.core.comparer import Rules
from lesson_engine.core.divs import is_task
from lesson_engine.core.model import Block, Episode, Figure
from lesson_engine.core.notebook import CellRun
from lesson_engine.core.verdicts import Outcome, Verdict

VARIES = "varies: because two runs gave different results"


@dataclass(frozen=True)
class Proposal:
    """One edit of a page.

    Attributes:
        line: from 1, of the line that changes, or that something is put above.
        new: the lines in its place.
        why: what the edit is for, as "a figure" or what a block raises.
    """

    line: int
    new: tuple[str, ...]
    why: str


def proposals(
    episode: Episode,
    runs: Sequence[CellRun],
    again: Sequence[CellRun],
    judged: Sequence[Verdict],
    rules: Rules,
    free: Container[Path],
) -> list[Proposal]:
    """Edits after which a check of the episode is green, or says what is not run and why.

    Args:
        episode: the episode.
        runs, again: of all its cells, twice; () if there was no second time.
        judged: the verdict on each.
        rules: how outputs are compared.
        free: the pictures that a block may draw; see shown_once.
    """
    found: list[Proposal | None] = []
    for run, other, verdict in zip(runs, again or runs, judged, strict=True):
        block = run.cell.part
        if not isinstance(block, Block):
            continue
        if not verdict.went_well:
            found.append(_for_raised(episode, run, verdict))
            continue
        if block.below and not block.varies and differs(block, run, other, rules):
            found.append(_varies(episode, block))
        if comparer.fresh_view(run.outputs).pictures and not block.figures:
            found += [
                _take_figure(episode, figure)
                for figure in _figure_below(episode, block)
                if _file_of(episode, figure) in free
            ]
    return [proposal for proposal in found if proposal is not None]


def shown_once(episodes: Iterable[Episode]) -> set[Path]:
    """The pictures that stand in one place only: what a block drew would change the others, too."""
    shown = Counter(_file_of(page, figure) for page in episodes for figure in page.all_figures)
    return {path for path, times in shown.items() if times == 1}


def _file_of(episode: Episode, figure: Figure) -> Path:
    return episode.path.parent / figure.source


def differs(block: Block, one: CellRun, other: CellRun, rules: Rules) -> bool:
    """True if two runs of a block do not give the same, where something is compared."""
    views = [comparer.compare(block, run.outputs, rules)[1] for run in (one, other)]
    drawn = [view.pictures for view in views]
    return views[0] != views[1] or any(
        pictures.mean_distance(*pair) > block.figure_tolerance for pair in zip(*drawn, strict=False)
    )


def edited(text: str, found: Sequence[Proposal]) -> str:
    """A page's text with the edits made."""
    lines = text.split("\n")
    ending = "\r" if lines[0].endswith("\r") else ""
    for one in sorted(found, key=lambda one: -one.line):
        lines[one.line - 1 : one.line] = [line.rstrip("\r") + ending for line in one.new]
    return "\n".join(lines)


def _skip(episode: Episode, block: Block, reason: str) -> Proposal | None:
    """A line above a block that says why it isn't run; None where a list item begins with it."""
    opening = episode.text.split("\n")[block.first_line - 1]
    before = re.match(r"[\s>]*", opening)
    if before is None or not re.match(r"[`~]{3}", opening[before.end() :]):
        return None
    return Proposal(
        block.first_line,
        (f"{before[0]}<!-- skip: {reason} -->", before[0].rstrip(), opening),
        reason,
    )


def _varies(episode: Episode, block: Block) -> Proposal:
    """A line below a block that says that its output is not the same in each run."""
    closing = episode.text.split("\n")[block.last_line - 1]
    return Proposal(
        block.last_line,
        (closing, block.prefix.rstrip(), f"{block.prefix}<!-- {VARIES} -->"),
        "gives a different result the second time",
    )


def _for_raised(episode: Episode, run: CellRun, verdict: Verdict) -> Proposal | None:
    """What a block that raises needs: the error recorded below it, or a reason not to run it."""
    block = run.cell.part
    assert isinstance(block, Block)
    error = comparer.fresh_view(run.outputs).error
    if verdict.outcome is Outcome.RAISED and _is_spoken_of(error, episode, block):
        closing = episode.text.split("\n")[block.last_line - 1]
        fence = ("```error", *error.split("\n"), "```")
        below = tuple((block.prefix + line).rstrip() for line in ("", *fence))
        return Proposal(
            block.last_line, (closing, *below), f"raises {_first_line(error)}, as meant"
        )
    if verdict.outcome in (Outcome.RAISED, Outcome.FOLLOWS):
        return _skip(episode, block, _reason(verdict))
    return None


def _is_spoken_of(error: str, episode: Episode, block: Block) -> bool:
    """True if the text between a block and the next one names its error, and it is no task's."""
    name = error.partition(":")[0]
    if is_task(block.divs) or not name or block.recorded:
        return False
    later = [each.first_line for each in episode.blocks if each.first_line > block.last_line]
    lines = episode.text.split("\n")[block.last_line : min(later, default=0) or None]
    return re.search(rf"\b{re.escape(name)}\b", "\n".join(lines)) is not None


def _first_line(error: str) -> str:
    return comparer.sanitised(error).split("\n")[0][:100]


def _reason(verdict: Verdict) -> str:
    """Why a block is not run, in words that a comment can hold."""
    if verdict.needs:
        return f"needs {verdict.needs}, from a block that isn't run"
    message = "" if verdict.fault is None else verdict.fault.message
    missing = re.match(r"ModuleNotFoundError: No module named '([\w.]+)'", message)
    if missing:
        return f"needs the package {missing[1]}"
    return f"raises {_first_line(message).replace('--', '-')}"  # "-->" ends a comment


def _figure_below(episode: Episode, block: Block) -> list[Figure]:
    """The figure that stands directly below a block, or below what is recorded of it."""
    lines = episode.text.split("\n")
    last = max([block.last_line, *(part.last_line for part in block.below)])
    for figure in episode.figures:
        between = lines[last : figure.first_line - 1]
        if figure.alone and figure.first_line > last and not any(line.strip() for line in between):
            return [figure]
    return []


def _take_figure(episode: Episode, figure: Figure) -> Proposal | None:
    """The class that makes a figure the place of what the block above draws."""
    line = episode.text.split("\n")[figure.first_line - 1]
    if figure.first_line != figure.last_line or not figure.source.lower().endswith(".png"):
        return None
    if "{" in line.partition("](")[2]:
        new = re.sub(r"(\]\([^)]*\))\s*\{", r"\1{.cell-output ", line, count=1)
    else:
        new = re.sub(r"(\]\([^)]*\))", r"\1{.cell-output}", line, count=1)
    return Proposal(figure.first_line, (new,), f"{figure.source} is drawn by the block above")
