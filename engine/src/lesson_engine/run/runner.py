"""Episode -> what each of its cells gave, in a fresh kernel, in a folder laid out like scripts/."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from lesson_engine.core import verdicts
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.notebook import Cell, CellRun, cells_of
from lesson_engine.run.kernels import SLOW, Kernel, KernelDied, Stopped, TookTooLong
from lesson_engine.run.sources import Data, kernel_environment, working_folder

Progress = Callable[[str], None]


def silent(message: str) -> None:
    """Progress that nobody wants to read."""


@contextmanager
def kernel_for(
    lesson: Lesson, data: Data, folder: Path, stopping: threading.Event | None = None
) -> Iterator[Kernel]:
    """A kernel that is ready for the first block, and is stopped in the end.

    Args:
        lesson: the lesson.
        data: what its blocks read.
        folder: where the kernel starts, from working_folder().
        stopping: once set, a cell that runs is given up.

    Raises: LessonError if the lesson's own preparation fails.
    """
    with Kernel(folder, kernel_environment(lesson, data), stopping) as kernel:
        for source, name in ((data.startup, "data"), (lesson.setup, "pyproject.toml")):
            if source:
                kernel.prepare(source, lesson.timeout, name)
        yield kernel


def limit_of(cell: Cell, lesson: Lesson) -> float:
    """Seconds that a cell may take."""
    return cell.timeout or lesson.timeout


def run(
    episode: Episode, lesson: Lesson, data: Data, folder: Path, progress: Progress = silent
) -> list[CellRun]:
    """Run an episode from the first block to the last claim.

    Args:
        episode: the episode.
        lesson: the lesson it belongs to.
        data: what its blocks read.
        folder: where its kernel starts, from working_folder().
        progress: called with a line of text before each block.

    Raises: LessonError, with the line, for a block that takes too long or kills its kernel; with
        rules = "strict" also for one that fails and was not expected to, or that writes outside
        the working folder.
    """
    runs = []
    with kernel_for(lesson, data, folder) as kernel:
        for cell in cells_of(episode):
            progress(f"{episode.path}:{cell.line}")
            one = _run_cell(kernel, episode, cell, lesson)
            fault = verdicts.raised(episode, one)
            if fault is not None and lesson.strict:
                raise fault
            runs.append(one)
    return runs


def _run_cell(kernel: Kernel, episode: Episode, cell: Cell, lesson: Lesson) -> CellRun:
    limit = limit_of(cell, lesson)
    try:
        return kernel.run(cell, limit)
    except KernelDied as error:
        raise LessonError(episode.path, cell.line, str(error)) from error
    except TookTooLong as error:
        raise verdicts.took_too_long(episode, cell.line, limit) from error


def run_side_by_side(
    episodes: Sequence[Episode],
    lesson: Lesson,
    data: Data,
    jobs: int,
    finished: Callable[[Episode, list[CellRun]], None],
    progress: Progress,
) -> None:
    """Run independent episodes, several at a time, each to its end whatever its blocks raise.

    Args:
        episodes: the episodes.
        lesson, data: as for run().
        jobs: how many at a time.
        finished: called as soon as an episode is done; not for one that takes too long or
            kills its kernel.
        progress: called with a line of text when one starts, ends or fails, and when a block
            takes long.
    """
    stopping = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        runs = [
            pool.submit(_run_all, episode, lesson, data, stopping, progress) for episode in episodes
        ]
        try:
            for future in as_completed(runs):
                done = future.result()
                if done is not None:
                    finished(*done)
        except BaseException:  # such as Ctrl-C: nothing more is begun, and what runs is given up
            stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _run_all(
    episode: Episode, lesson: Lesson, data: Data, stopping: threading.Event, progress: Progress
) -> tuple[Episode, list[CellRun]] | None:
    """All cells of an episode; None if it cannot be run to its end."""
    progress(f"{episode.name}: running")
    folder = working_folder(lesson, data, fresh=True, episode_name=episode.name)
    begin, runs = time.monotonic(), []
    try:
        with kernel_for(lesson, data, folder, stopping) as kernel:
            for cell in cells_of(episode):
                kernel.waiting = _teller(f"{episode.path}:{cell.line}", progress)
                runs.append(_run_cell(kernel, episode, cell, lesson))
    except Stopped:
        return None
    except LessonError as error:
        progress(str(error))
        return None
    progress(f"{episode.name}: {time.monotonic() - begin:.0f} s")
    return episode, runs


def _teller(where: str, progress: Progress) -> Callable[[float], None]:
    """Says once which block is running, when it has been for long."""
    told = False

    def tell(seconds: float) -> None:
        nonlocal told
        if seconds >= SLOW and not told:
            told = True
            progress(f"{where}: running for {seconds:.0f} s")

    return tell
