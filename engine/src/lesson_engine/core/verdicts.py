"""Where a run is judged: did a block raise, does a claim hold?

Whether outputs agree is comparer's to say. What is found here is the same for `lesson record`,
`lesson check` and pytest.
"""

import ast
from collections.abc import Sequence

from lesson_engine.core.comparer import fresh_view
from lesson_engine.core.errors import LessonError
from lesson_engine.core.model import Claim, Episode
from lesson_engine.core.notebook import CellRun
from lesson_engine.core.reader import contains

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
