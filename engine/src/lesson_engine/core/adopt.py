"""What it takes until a lesson that nobody prepared is green: edits, each a line to add.

An edit is proposed for a block that raises, with the reason as its author will read it, and for
a figure that stands below a block that draws.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lesson_engine.core import comparer, verdicts
from lesson_engine.core.model import Block, Episode, Figure
from lesson_engine.core.notebook import CellRun


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


def proposals(episode: Episode, runs: Sequence[CellRun]) -> list[Proposal]:
    """Edits after which a check of the episode is green, or says what is not run and why.

    Args:
        episode: the episode.
        runs: of all its cells.
    """
    found: list[Proposal | None] = []
    broken: dict[str, int] = {}
    for run in runs:
        block = run.cell.part
        if not isinstance(block, Block):
            continue
        fault = verdicts.raised(episode, run)
        if fault is not None:
            follows = verdicts.follows(fault, broken) is not None
            broken |= verdicts.names_not_made(run.cell, broken, fault)
            found.append(_skip(episode, block, _reason(fault.message, follows)))
        elif comparer.fresh_view(run.outputs).pictures and not block.figures:
            found += [_take_figure(episode, figure) for figure in _figure_below(episode, block)]
    return [proposal for proposal in found if proposal is not None]


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


def _reason(message: str, follows: bool) -> str:
    """Why a block is not run, in words that a comment can hold.

    Args:
        message: what it raised.
        follows: True if a name is missing as the block that gives it is not run.
    """
    name = verdicts.MISSING_NAME.search(message)
    if follows and name is not None:
        return f"needs {name[1]}, from a block that isn't run"
    missing = re.match(r"ModuleNotFoundError: No module named '([\w.]+)'", message)
    if missing:
        return f"needs the package {missing[1]}"
    first = comparer.sanitised(message).split("\n")[0].replace("--", "-").replace(">", "")
    return f"raises {first[:100]}"


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
