"""What a check looked at, and what it did not: the last lines of `lesson check`."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from lesson_engine.core import causes
from lesson_engine.core.errors import LessonError
from lesson_engine.core.model import Block, Episode
from lesson_engine.core.notebook import Cell
from lesson_engine.core.verdicts import Outcome, Verdict

NOT_CODE = ("output", "warning", "error", "", "text", "txt", "mermaid", "plaintext")
PROGRAMS = {  # languages that run somewhere; everything else is counted by its own name
    "bash": "the shell",
    "sh": "the shell",
    "shell": "the shell",
    "console": "the shell",
    "r": "R",
    "sql": "SQL",
}


@dataclass
class Tally:
    """Counts over all episodes that were checked.

    Attributes:
        pages: how many episodes were read.
        blocks: how many blocks of Python ran, or would give the same as when they last ran.
        stale: how many of them gave something else than what is recorded.
        raised: how many raised without being expected to.
        following: how many of these only raised as one above them did.
        causes: why the others did.
        others: language -> how many fences of it were shown and not run.
        skipped: reason -> how many blocks of Python were not run for it.
        varying: reason -> of how many blocks something was not compared for it.
        advice: what the Workbench would remark.
    """

    pages: int = 0
    blocks: int = 0
    stale: int = 0
    raised: int = 0
    following: int = 0
    causes: list[LessonError] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    varying: Counter[str] = field(default_factory=Counter)
    advice: list[LessonError] = field(default_factory=list)

    def take(self, episode: Episode) -> None:
        """Count what an episode holds beside what runs."""
        self.pages += 1
        for opening in episode.fence_openings:
            if opening.language not in (*NOT_CODE, "python"):
                self.others[PROGRAMS.get(opening.language, opening.language)] += 1
        for block in episode.blocks:
            reason = block.skip or episode.skip
            if reason:
                self.skipped[reason] += 1
            elif block.varies is not None:
                self.varying[block.varies.reason] += 1
        blanks = sum(not skeleton.marked for skeleton in episode.skeletons)
        if blanks:
            self.skipped["as learners fill in their blanks"] += blanks

    def count(self, cell: Cell, verdict: Verdict) -> None:
        """Count a cell that ran."""
        if verdict.outcome is Outcome.RAISED and verdict.fault is not None:
            self.causes.append(verdict.fault)
        if not isinstance(cell.part, Block):
            return
        if verdict.outcome is Outcome.STARVED:
            self.skipped["as what they need comes from code that isn't run"] += 1
            return
        self.blocks += 1
        self.stale += verdict.outcome is Outcome.STALE
        self.following += verdict.outcome is Outcome.FOLLOWS
        self.raised += verdict.outcome in (Outcome.RAISED, Outcome.FOLLOWS)

    def write(self, line: Callable[[str], None], form: bool = False, well: bool = False) -> None:
        """Say it, a line at a time, and at the end what to do next.

        Args:
            line: called with each line.
            form: True to list the advice.
            well: True if nothing at all is wrong.
        """
        if not self.pages:
            return
        agree = self.blocks - self.stale - self.raised
        ran = f"{counted(self.blocks, 'block')} of Python ran: {agree} as recorded"
        ran += f", {self.stale} with other outputs" if self.stale else ""
        ran += f", {self.raised} raised" if self.raised else ""
        line(ran if self.blocks else "No block of Python ran, so nothing is tested.")
        for reason, number in self.skipped.most_common():
            line(f"Not run: {counted(number, 'block')}, {reason}")
        for reason, number in self.varying.most_common():
            line(f"Compared except for what varies: {counted(number, 'block')}, {reason}")
        if self.others:
            named = ", ".join(f"{number} {name}" for name, number in self.others.most_common())
            line(f"Shown and not run, as this runs Python only: {named}")
        for sentence in causes.summary(self.causes):
            line(sentence)
        if self.following:
            blocks = counted(self.following, "block")
            line(f"{blocks} raised only because one above did; fix that one first")
        for remark in self.advice if form else []:
            line(str(remark))
        if self.advice and not form:
            line(f"{counted(len(self.advice), 'remark')} on form; `lesson check --form` lists them")
        if self.causes:
            line("Fix what raised first, or let `lesson adopt --write` skip it with its reason.")
        elif self.stale:
            line("`lesson record` writes the new outputs; then read what has changed.")
        elif well and self.blocks:
            line("Nothing to fix; `lesson build` makes the site.")


def counted(number: int, noun: str) -> str:
    """ "1 block", "2 blocks"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
