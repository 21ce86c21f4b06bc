"""Where a run is judged: did a block raise, does a claim hold?

Whether outputs agree is comparer's to say. What is found here is the same for `lesson record`,
`lesson check` and pytest.
"""

import ast
import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from lesson_engine.core import magics
from lesson_engine.core.comparer import TEXTS, Rules, View, compare, fresh_view
from lesson_engine.core.errors import LessonError
from lesson_engine.core.model import Block, Claim, Episode
from lesson_engine.core.notebook import Cell, CellRun
from lesson_engine.core.reader import contains
from lesson_engine.core.unmade import Unmade

MISSING_NAME = re.compile(r"^NameError: name '(\w+)' is not defined")
Broken = dict[str, LessonError]  # a name that was not made -> why, in the block that should have
OUTSIDE = "OutsideWorkingFolder"  # what run/watch.py raises; no block may expect it


def raised(episode: Episode, run: CellRun) -> LessonError | None:
    """What a block raised without being expected to, with its line; None if all is well."""
    for output in run.outputs:
        if output["output_type"] != "error":
            continue
        if run.cell.expects_error and output["ename"] != OUTSIDE:
            continue
        line = run.cell.failed_line(output["traceback"])
        return LessonError(episode.path, line, f"{output['ename']}: {output['evalue']}")
    return None


def took_too_long(page: Path, line: int, seconds: float) -> LessonError:
    """What to tell the author of a block that was stopped."""
    return LessonError(
        page,
        line,
        f"this block ran for more than {seconds:g} s and was stopped; make it shorter, or write "
        "<!-- timeout: seconds --> below it",
    )


class Outcome(Enum):
    """How a block, hidden code or a claim did."""

    AGREES = "as recorded"
    STALE = "with other outputs"
    RAISED = "raised"
    FOLLOWS = "raised, and only as one above it did"
    STARVED = "needs a name from code that isn't run"
    REFUTED = "a claim that does not hold"


@dataclass(frozen=True)
class Verdict:
    """What is said of one cell's run.

    Attributes:
        outcome: how it did.
        fault: what to tell the author; None if it agrees, or gave other outputs.
        views: recorded and fresh, as they were compared; None if there was nothing to compare.
        needs: the name that it lacks, if it follows from something above.
        cause: the fault from which it follows; None if that is code that isn't run.
    """

    outcome: Outcome
    fault: LessonError | None = None
    views: tuple[View, View] | None = None
    needs: str = ""
    cause: LessonError | None = None

    @property
    def went_well(self) -> bool:
        """True if what the cell gave is what its author would have got."""
        return self.outcome in (Outcome.AGREES, Outcome.STALE, Outcome.REFUTED)


class Judge:
    """Judges the cells of an episode, one after the other.

    Args:
        episode: the episode.
        rules: how its outputs are compared.
        broken: names that were not made in episodes from which it goes on.
    """

    def __init__(self, episode: Episode, rules: Rules, broken: Broken | None = None) -> None:
        self.episode, self.rules = episode, rules
        self.broken: Broken = {} if broken is None else broken
        self._unmade = Unmade(episode)

    def verdict(self, run: CellRun) -> Verdict:
        """The verdict on the next cell."""
        fault, part = raised(self.episode, run), run.cell.part
        starved = self._starved(run.cell)
        if starved is not None:
            return starved
        if fault is not None:
            consequence = follows(fault, self.broken)
            self.broken |= names_not_made(run.cell, self.broken, fault)
            return consequence or Verdict(Outcome.RAISED, fault)
        if isinstance(part, Block):
            recorded, fresh = compare(part, run.outputs, self.rules)
            outcome = Outcome.AGREES if recorded == fresh else Outcome.STALE
            return Verdict(outcome, views=(recorded, fresh))
        message = None
        if isinstance(part, Claim):
            message = refuted(part, run, self.rules.structure_only)
        if message is None:
            return Verdict(Outcome.AGREES)
        return Verdict(Outcome.REFUTED, LessonError(self.episode.path, run.cell.line, message))

    def _starved(self, cell: Cell) -> Verdict | None:
        """The verdict on a cell that reads what code which isn't run would have given."""
        missing = self._unmade.needed_by(cell)
        if missing is None:
            return None
        message = f"needs {missing.name}, from the block in line {missing.line}, which isn't run"
        if self.rules.recorded_only:
            fault = LessonError(self.episode.path, cell.line, message)
            return Verdict(Outcome.STARVED, fault, needs=missing.name)
        remedy = f"{message}; give it a value above, in <!-- run: {missing.name} = … -->"
        return Verdict(Outcome.RAISED, LessonError(self.episode.path, cell.line, remedy))


def all_raised(judged: Sequence[Verdict]) -> list[LessonError]:
    """What blocks raised without being expected to; what only follows is counted with its cause.

    Args:
        judged: the verdict on each cell of an episode.
    """
    following = Counter(id(verdict.cause) for verdict in judged if verdict.cause is not None)
    faults = [verdict.fault for verdict in judged if verdict.outcome is Outcome.RAISED]
    return [_with_number(fault, following[id(fault)]) for fault in faults if fault is not None]


def _with_number(fault: LessonError, number: int) -> LessonError:
    """A fault that says how many others follow from it."""
    if not number:
        return fault
    what = "1 block below raises" if number == 1 else f"{number} blocks below raise"
    message = f"{fault.message} ({what} only for that)"
    return LessonError(fault.path, fault.line, message)


def names_not_made(cell: Cell, broken: Broken, fault: LessonError) -> Broken:
    """Names that a cell which raised would have given.

    Args:
        cell: the cell.
        broken: the same of cells above it.
        fault: what it raised.
    """
    cause = cause_of(fault, broken) or fault
    return dict.fromkeys(magics.names_of(cell.source)[1], cause)


def cause_of(fault: LessonError, broken: Broken) -> LessonError | None:
    """The fault from which another one follows; None if that is a cause itself."""
    missing = MISSING_NAME.search(fault.message)
    return broken.get(missing[1]) if missing else None


def follows(fault: LessonError, broken: Broken) -> Verdict | None:
    """The verdict on a block whose fault only follows from another one; None if it is a cause.

    Args:
        fault: what a block raised.
        broken: from names_not_made.
    """
    missing, cause = MISSING_NAME.search(fault.message), cause_of(fault, broken)
    if missing is None or cause is None:
        return None
    where = f"line {cause.line}" if cause.path == fault.path else f"{cause.path}:{cause.line}"
    message = f"follows from {where}, where '{missing[1]}' was not made"
    told = LessonError(fault.path, fault.line, message)
    return Verdict(Outcome.FOLLOWS, told, needs=missing[1], cause=cause)


def difference(recorded: View, fresh: View, most: int = 12) -> str:
    """What differs between two views that do not agree, in a few lines.

    Args:
        recorded, fresh: from comparer.compare.
        most: lines to show of each kind.
    """
    parts = []
    for kind in (*TEXTS, "figures"):
        ours, theirs = (getattr(view, kind).split("\n") for view in (recorded, fresh))
        if ours == theirs:
            continue
        changed = difflib.unified_diff(ours, theirs, lineterm="", n=1)
        lines = [line for line in changed if not line.startswith(("---", "+++", "@@"))]
        left_out = len(lines) - most
        lines = [f"    {line[0]} {line[1:]}" for line in lines[:most]]
        lines += [f"    … and {left_out} more lines; -v shows them"] if left_out > 0 else []
        parts.append("\n".join([f"  {kind} (- recorded, + fresh):", *lines]))
    return "\n".join(parts)


def all_refuted(episode: Episode, runs: Sequence[CellRun]) -> list[LessonError]:
    """Every claim of an episode that does not hold, with its line.

    Args:
        episode: as it is now: recording moves lines, so runs may name older ones.
        runs: of all its cells.
    """
    found = []
    for run in runs:
        if isinstance(run.cell.part, Claim):
            claim = episode.claims[run.cell.index]
            message = refuted(claim, run)
            if message is not None:
                found.append(LessonError(episode.path, claim.line, message))
    return found


def refuted(claim: Claim, run: CellRun, structure_only: bool = False) -> str | None:
    """What is wrong with a claim, given what its expression was in the kernel.

    Args:
        claim: the claim.
        run: its cell's: a list that holds the expression's value.
        structure_only: True on a stand-in: it is enough that there is a value of the right kind.

    Returns: what to tell the author, or None if the claim holds.
    """
    try:
        value = value_of(run)
    except ValueError as error:
        return f"the claim gives {error}; it has to give words, such as f'{{accuracy:.2f}}'"
    if claim.words is not None:
        if value is True or structure_only:
            return None
        return f'the sentence says "{claim.words}", and {claim.expression} is not true'
    wanted = as_list(value)
    if not wanted or not all(isinstance(words, str) for words in wanted):
        return f'the claim gives {value!r}; to test a judgement, quote it: claim "words": …'
    for words in wanted:
        if not structure_only and not contains(claim.sentence, words):
            return f'the sentence should say "{words}"; it says "{claim.sentence}"'
    return None


def value_of(run: CellRun) -> Any:
    """What a claim's expression was. Raises: ValueError, with what it was, if it is no literal."""
    shown = fresh_view(run.outputs).output
    try:
        (value,) = ast.literal_eval(shown)
    except (ValueError, SyntaxError) as error:
        raise ValueError(shown) from error
    return value


def as_list(value: Any) -> list[Any]:
    """What a claim gave, one thing or several."""
    return list(value) if isinstance(value, list | tuple) else [value]
