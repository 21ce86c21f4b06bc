"""Episode -> what each of its cells gave, in a fresh kernel, in a folder laid out like scripts/."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from lesson_engine.core import verdicts
from lesson_engine.core.errors import LessonError
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.notebook import Cell, CellRun, cells_of
from lesson_engine.core.reader import read_page
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


class Sessions:
    """Kernels for episodes that run one after the other; close it in the end.

    Each gets a kernel of its own, unless the lesson says `one_session = true`: then all share
    one, in which whatever comes before an episode has run.

    Args: as for kernel_for.
    """

    def __init__(self, lesson: Lesson, data: Data) -> None:
        self.lesson, self.data = lesson, data
        self._open = ExitStack()
        self._kernel: Kernel | None = None
        self._done: list[Path] = []  # episodes that ran in it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the kernel."""
        self._open.close()
        self._kernel, self._done = None, []

    def kernel_of(self, episode: Episode) -> Kernel:
        """A kernel in which an episode can begin. Raises: as kernel_for."""
        path = self.lesson.root / episode.path
        if not self.lesson.one_session or path in self._done or not self._lives():
            self.close()
            name = episode.name
            folder = working_folder(self.lesson, self.data, fresh=False, episode_name=name)
            kernel = kernel_for(self.lesson, self.data, folder)
            self._kernel = self._open.enter_context(kernel)
        assert self._kernel is not None
        if self.lesson.one_session:
            self._run_before(path, self._kernel)
        return self._kernel

    def _lives(self) -> bool:
        return self._kernel is not None and self._kernel.is_alive()

    def _run_before(self, path: Path, kernel: Kernel) -> None:
        paths = self.lesson.episode_paths()
        for earlier in paths[: paths.index(path)]:
            if earlier not in self._done:
                self._done.append(earlier)
                with suppress(LessonError):  # that is told where the page itself is checked
                    for cell in cells_of(read_page(self.lesson, earlier)):
                        _run_cell(kernel, self.lesson.shown(earlier), cell, self.lesson)
        self._done.append(path)


def run_all(
    episodes: Sequence[Episode], lesson: Lesson, data: Data
) -> tuple[dict[str, list[CellRun]], list[LessonError]]:
    """Run episodes one after the other, whatever their blocks raise.

    Args:
        episodes: the episodes.
        lesson, data: as for kernel_for.

    Returns: episode's name -> what its cells gave, and why the others could not be run.
    """
    runs, faults = {}, []
    lesson = replace(lesson, rules="workbench")  # which go on after a block that raises
    working_folder(lesson, data, fresh=True)
    with Sessions(lesson, data) as sessions:
        for episode in episodes:
            try:
                runs[episode.name] = run(episode, lesson, sessions.kernel_of(episode))
            except LessonError as error:
                faults.append(error)
    return runs, faults


def limit_of(cell: Cell, lesson: Lesson) -> float:
    """Seconds that a cell may take."""
    return cell.timeout or lesson.timeout


def run(
    episode: Episode, lesson: Lesson, kernel: Kernel, progress: Progress = silent
) -> list[CellRun]:
    """Run an episode from the first block to the last claim.

    Args:
        episode: the episode.
        lesson: the lesson it belongs to.
        kernel: in which it runs, from Sessions or kernel_for.
        progress: called with a line of text before each block.

    Raises: LessonError, with the line, for a block that takes too long or kills its kernel; with
        rules = "strict" also for one that fails and was not expected to, or that writes outside
        the working folder.
    """
    runs = []
    for cell in cells_of(episode):
        progress(f"{episode.path}:{cell.line}")
        one = _run_cell(kernel, episode.path, cell, lesson)
        fault = verdicts.raised(episode, one)
        if fault is not None and lesson.strict:
            raise fault
        runs.append(one)
    return runs


def _run_cell(kernel: Kernel, page: Path, cell: Cell, lesson: Lesson) -> CellRun:
    limit = limit_of(cell, lesson)
    try:
        return kernel.run(cell, limit)
    except KernelDied as error:
        raise LessonError(page, cell.line, str(error)) from error
    except TookTooLong as error:
        raise verdicts.took_too_long(page, cell.line, limit) from error


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
                runs.append(_run_cell(kernel, episode.path, cell, lesson))
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
