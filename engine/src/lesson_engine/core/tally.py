"""What a check looked at, and what it did not: the last lines of `lesson check`."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lesson_engine.core import comparer, structure, verdicts
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Block, Episode
from lesson_engine.core.notebook import CellRun

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
        others: language -> how many fences of it were shown and not run.
        skipped: reason -> how many blocks of Python were not run for it.
        advice: what the Workbench would remark.
    """

    pages: int = 0
    blocks: int = 0
    stale: int = 0
    raised: int = 0
    others: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    advice: list[LessonError] = field(default_factory=list)

    def take(self, episode: Episode, lesson: Lesson) -> None:
        """Count what an episode holds beside what runs."""
        self.pages += 1
        for opening in episode.fence_openings:
            if opening.language not in (*NOT_CODE, "python"):
                self.others[PROGRAMS.get(opening.language, opening.language)] += 1
        for block in episode.blocks:
            reason = block.skip or episode.skip
            if reason:
                self.skipped[reason] += 1
        blanks = sum(not skeleton.marked for skeleton in episode.skeletons)
        if blanks:
            self.skipped["as learners fill in their blanks"] += blanks
        self.advice += structure.advice(episode, lesson)

    def judge(self, episode: Episode, lesson: Lesson, runs: Sequence[CellRun]) -> None:
        """Count what the blocks of an episode gave."""
        rules = comparer.rules_for(lesson, lesson.root / episode.path)
        for run in runs:
            if not isinstance(run.cell.part, Block):
                continue
            self.blocks += 1
            if verdicts.raised(episode, run) is not None:
                self.raised += 1
            else:
                self.stale += not comparer.agrees(run.cell.part, run.outputs, rules)

    def write(self, line: Callable[[str], None], form: bool = False) -> None:
        """Say it, a line at a time.

        Args:
            line: called with each line.
            form: True to list the advice.
        """
        if not self.pages:
            return
        agree = self.blocks - self.stale - self.raised
        counted = f"{_number(self.blocks, 'block')} of Python ran: {agree} as recorded"
        counted += f", {self.stale} with other outputs" if self.stale else ""
        counted += f", {self.raised} raised" if self.raised else ""
        line(counted if self.blocks else "No block of Python ran, so nothing is tested.")
        for reason, number in self.skipped.most_common():
            line(f"Not run: {_number(number, 'block')}, {reason}")
        if self.others:
            named = ", ".join(f"{number} {name}" for name, number in self.others.most_common())
            line(f"Shown and not run, as this runs Python only: {named}")
        for remark in self.advice if form else []:
            line(str(remark))
        if self.advice and not form:
            line(f"{_number(len(self.advice), 'remark')} on form; `lesson check --form` lists them")
        if self.stale:
            line("`lesson record` writes the new outputs; then read what has changed.")


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
