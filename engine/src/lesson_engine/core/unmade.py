"""Names of code that isn't run: what needs them would give something else than on the page."""

import re
from dataclasses import dataclass

from lesson_engine.core import magics
from lesson_engine.core.model import Block, Episode, Skeleton
from lesson_engine.core.notebook import Cell

BLANK = re.compile(r"_+")


@dataclass(frozen=True)
class NotRun:
    """A name that a learner has and a run of the page has not, or with another value.

    Attributes:
        name: the name.
        line: of the code that would have given it, and isn't run.
        last_line: the last line in which learners are sure to have it; None for the whole page.
    """

    name: str
    line: int
    last_line: int | None


class Unmade:
    """Names given by code that isn't run, as a page is read from the top.

    A learner fills in the blanks of a task, so what follows in that challenge may read what the
    task's code gives; here it isn't there, or is still that of another block.

    Args:
        episode: the page.
    """

    def __init__(self, episode: Episode) -> None:
        self._waiting: list[NotRun] = []
        self._unmade: dict[str, NotRun] = {}
        skipped = [block for block in episode.blocks if block.skip]
        parts: list[Block | Skeleton] = [*episode.skeletons, *skipped]
        for part in parts:
            end = _end_of_task(episode, part)
            given = {name for name in magics.names_of(part.source)[1] if not BLANK.fullmatch(name)}
            self._waiting += [NotRun(name, part.first_line, end) for name in sorted(given)]
        self._waiting.sort(key=lambda one: one.line)

    def needed_by(self, cell: Cell) -> NotRun | None:
        """A name that the next cell needs and nobody made; None if it has all."""
        while self._waiting and self._waiting[0].line < cell.line:
            one = self._waiting.pop(0)
            self._unmade[one.name] = one
        self._unmade = {
            name: one
            for name, one in self._unmade.items()
            if one.last_line is None or cell.line < one.last_line
        }
        needed, given = magics.names_of(cell.source)
        missing = [self._unmade[name] for name in sorted(needed & set(self._unmade))]
        for name in given:
            self._unmade.pop(name, None)
            if missing:
                self._unmade[name] = NotRun(name, missing[0].line, missing[0].last_line)
        return missing[0] if missing else None


def _end_of_task(episode: Episode, part: Block | Skeleton) -> int | None:
    """The last line of the outermost div around a task with blanks; None for skipped code."""
    if isinstance(part, Block):
        return None
    around = episode.around(part.first_line)
    return around[0].last_line if around else None
