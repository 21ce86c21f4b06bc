"""Where a run is judged: did a block raise, does a claim hold?

Whether outputs agree is comparer's to say. What is found here is the same for `lesson record`,
`lesson check` and pytest.
"""

import ast
import difflib
import re
from collections.abc import Mapping, Sequence

from lesson_engine.core import magics
from lesson_engine.core.comparer import TEXTS, View, fresh_view
from lesson_engine.core.errors import LessonError
from lesson_engine.core.model import Claim, Episode
from lesson_engine.core.notebook import Cell, CellRun
from lesson_engine.core.reader import contains

MISSING_NAME = re.compile(r"^NameError: name '(\w+)' is not defined")
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


def took_too_long(episode: Episode, line: int, seconds: float) -> LessonError:
    """What to tell the author of a block that was stopped."""
    return LessonError(
        episode.path,
        line,
        f"this block ran for more than {seconds:g} s and was stopped; make it shorter, or write "
        "<!-- timeout: seconds --> below it",
    )


def all_raised(episode: Episode, runs: Sequence[CellRun]) -> list[LessonError]:
    """What blocks raised without being expected to, causes first.

    Args: as for all_refuted.
    """
    found: list[LessonError] = []
    broken: dict[str, int] = {}
    for run in runs:
        fault = raised(episode, run)
        if fault is not None:
            found.append(follows(fault, broken) or fault)
            broken |= names_not_made(run.cell, broken, fault)
    return found


def names_not_made(cell: Cell, broken: Mapping[str, int], fault: LessonError) -> dict[str, int]:
    """Names that a cell which raised would have given, and the line of the first cause.

    Args:
        cell: the cell.
        broken: the same of cells above it.
        fault: what it raised.
    """
    missing = MISSING_NAME.search(fault.message)
    line = broken.get(missing[1], cell.line) if missing else cell.line
    source = magics.without_magics(cell.source)
    if magics.syntax_error(source) is not None:
        return {}
    return dict.fromkeys(magics.names_in(source)[1], line)


def follows(fault: LessonError, broken: Mapping[str, int]) -> LessonError | None:
    """The fault in other words if it only follows from another one; None if it is a cause.

    Args:
        fault: what a block raised.
        broken: names that were not made -> line of the block that should have.
    """
    missing = MISSING_NAME.search(fault.message)
    if missing is None or missing[1] not in broken:
        return None
    message = f"follows from line {broken[missing[1]]}, where '{missing[1]}' was not made"
    return LessonError(fault.path, fault.line, message)


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
    shown = fresh_view(run.outputs).output
    try:
        (value,) = ast.literal_eval(shown)
    except (ValueError, SyntaxError):
        return f"the claim gives {shown}; it has to give words, such as f'{{accuracy:.2f}}'"
    if claim.words is not None:
        if value is True or structure_only:
            return None
        return f'the sentence says "{claim.words}", and {claim.expression} is not true'
    wanted = value if isinstance(value, (list, tuple)) else [value]
    if not wanted or not all(isinstance(words, str) for words in wanted):
        return f'the claim gives {value!r}; to test a judgement, quote it: claim "words": …'
    for words in wanted:
        if not structure_only and not contains(claim.sentence, words):
            return f'the sentence should say "{words}"; it says "{claim.sentence}"'
    return None
