"""Notebook -> executed notebook, in a fresh kernel, in a folder laid out like scripts/."""

import asyncio
import os
import re
import runpy
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from lesson_engine.core import notebook as notebooks
from lesson_engine.core.errors import LessonError

# Low-level libraries write what no lesson shows straight to the process's stderr.
KERNEL_ARGUMENTS = ["--IPKernelApp.capture_fd_output=False"]

WATCH = Path(__file__).with_name("watch.py")
OUTSIDE = "OutsideWorkingFolder"  # the exception's name; watch.py is no module of this process

# What a kernel may know of this machine. Secrets stay outside.
PASSED_NAMES = set(
    "PATH HOME USER LOGNAME LANG LANGUAGE TZ TMPDIR TEMP TMP SHELL LD_LIBRARY_PATH VIRTUAL_ENV"
    " SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA"
    " NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE PYTHONUTF8".split()
)
PASSED_PREFIXES = tuple("LC_ KERAS_ TF_ ONEDNN_ XLA_ JAX_ CUDA NVIDIA_ OMP_ MKL_".split())
SET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


@dataclass(frozen=True)
class Data:
    """What stands behind the lesson's data calls in this run.

    Attributes:
        sentence: what is used, for people.
        real: False if it is a stand-in, whose results are never recorded.
        environment: variables that the kernel needs.
        prepare: code that puts the data in place, run first by every kernel; "" for none.
        watch: code that makes a kernel notice what is written outside its working folder.
    """

    sentence: str = "The lesson chooses its own data."
    real: bool = True
    environment: dict = field(default_factory=dict)
    prepare: str = ""
    watch: str = ""

    @property
    def startup(self):
        """All code that a kernel runs before the first block."""
        return "\n".join(code for code in (self.prepare, self.watch) if code)


def choose_data(settings, download=False, stand_in=False):
    """Ask the lesson what its blocks shall read.

    The lesson's file named by `data_source` in pyproject.toml has two functions:
    `choose(folder, download, stand_in)`, called here, returns Data's first three fields as a dict;
    `prepare()`, called in each kernel before the first block, puts the data in place.

    Args:
        settings: Settings.
        download: True if fetching the data from the network is wanted.
        stand_in: True if the stand-in is wanted, whatever is at hand.

    Returns: Data.
    Raises: LessonError if the lesson's data are there and not what they should be.
    """
    watch = f"__import__('runpy').run_path({str(WATCH)!r})['start']('..', {str(settings.root)!r})"
    if settings.data_source is None:
        return Data(watch=watch)
    path = settings.data_source
    if not path.is_file():
        raise LessonError("pyproject.toml", None, f"data_source names {path}, which is not there")
    folder = settings.build_folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        chosen = runpy.run_path(str(path))["choose"](folder, download, stand_in)
    except (OSError, ValueError) as error:
        raise LessonError(settings.shown(path), None, str(error)) from error
    prepare = f"__import__('runpy').run_path({str(path)!r})['prepare']()"
    return Data(**chosen, prepare=prepare, watch=watch)


def working_folder(settings, data, fresh, episode_name=""):
    """A folder in which blocks run as a learner's do in scripts/, with ../data beside it.

    What the Workbench has beside the episodes is there, too: episodes/data is data/.

    Args:
        settings: Settings. If its episodes are independent, each gets a folder of its own,
            which is empty when it starts.
        data: Data; a stand-in gets a folder of its own, so that no model of one kind is
            loaded in a run of the other.
        fresh: True to start without the files of earlier episodes.
        episode_name: name of the episode that will run there.

    Returns: Path of the folder in which kernels start.
    """
    place = settings.build_folder / ("work" if data.real else "work-stand-in")
    if settings.independent_episodes:
        place, fresh = place / episode_name, True
    scripts = place / "scripts"
    if fresh:
        shutil.rmtree(place, ignore_errors=True)
    scripts.mkdir(parents=True, exist_ok=True)
    without = shutil.ignore_patterns("__pycache__", "fit_outputs")
    for name in ("data", "scripts"):
        if (settings.root / name).is_dir():
            shutil.copytree(settings.root / name, place / name, ignore=without, dirs_exist_ok=True)
    for name in ("data", "files"):
        folder = settings.root / "episodes" / name
        if folder.is_dir() and not folder.is_symlink():
            shutil.copytree(folder, scripts / name, ignore=without, dirs_exist_ok=True)
    return scripts


def kernel_environment(settings, data):
    """Environment variables of a kernel: a few of ours, nothing secret.

    Args:
        settings: Settings; its environment holds defaults of the lesson.
        data: Data.

    Returns: dict of text.
    """
    passed = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_NAMES or name.startswith(PASSED_PREFIXES)
    }
    return {**SET, **settings.environment, **passed, **data.environment}


def run(episode, settings, data, folder, progress=lambda message: None):
    """Run an episode from the first block to the last claim.

    Args:
        episode: Episode.
        settings: Settings.
        data: Data.
        folder: where its kernel starts, from working_folder().
        progress: called with a line of text before each block.

    Returns: executed notebook, cells as notebook.to_notebook() made them, with fresh
        outputs, and in cell metadata "lesson" the "seconds" that each took.
    Raises: LessonError, with the line, for a block that fails and was not expected to,
        takes too long, kills its kernel or writes outside the working folder.
    """
    # unlike asyncio.run, it also works where a loop is running already, as in a test with a browser
    return run_sync(_run)(episode, settings, data, folder, progress, stop=True)


def run_side_by_side(episodes, settings, data, jobs, finished, progress):
    """Run independent episodes, several at a time, each to its end whatever its blocks raise.

    Args:
        episodes: list of Episode.
        settings, data: as for run().
        jobs: how many at a time.
        finished: called with Episode and executed notebook as soon as one is done; not for
            one that takes too long or kills its kernel.
        progress: called with a line of text when one starts, ends or fails.
    """

    def nothing(message):
        pass

    async def all_of_them():
        places = asyncio.Semaphore(jobs)

        async def one(episode):
            async with places:
                progress(f"{episode.name}: running")
                folder = working_folder(settings, data, fresh=True, episode_name=episode.name)
                start = time.monotonic()
                try:
                    book = await _run(episode, settings, data, folder, nothing, stop=False)
                except LessonError as error:
                    progress(str(error))
                else:
                    finished(episode, book)
                    progress(f"{episode.name}: {time.monotonic() - start:.0f} s")

        await asyncio.gather(*map(one, episodes))

    run_sync(all_of_them)()


async def _run(episode, settings, data, folder, progress, stop):
    book = notebooks.to_notebook(episode)
    if data.startup:
        startup = notebooks.code_cell(data.startup, [])
        startup.metadata["lesson"] = {"kind": "startup", "index": 0, "line": None}
        book.cells.insert(0, startup)

    def limit(cell):
        return timeout_of(episode, cell, settings)

    def announce(cell, cell_index):
        line = cell.metadata["lesson"]["line"]
        progress(f"{episode.path}:{line}" if line else data.sentence)

    def judge(cell, cell_index, execute_reply):
        if stop or cell.metadata["lesson"]["line"] is None:
            _judge(episode, cell, execute_reply)

    client = NotebookClient(
        book,
        kernel_name="python3",
        timeout_func=limit,
        allow_errors=True,
        extra_arguments=KERNEL_ARGUMENTS,
        on_cell_start=announce,
        on_cell_executed=judge,
    )
    environment = kernel_environment(settings, data)
    try:
        await client.async_execute(cwd=str(folder), env=environment, stderr=subprocess.DEVNULL)
    except DeadKernelError as error:
        line = book.cells[_last_started(book)].metadata["lesson"]["line"]
        raise LessonError(episode.path, line, KERNEL_DIED) from error
    except CellTimeoutError as error:
        cell = book.cells[_last_started(book)]
        seconds = timeout_of(episode, cell, settings)
        raise LessonError(
            episode.path, cell.metadata["lesson"]["line"], too_long(seconds)
        ) from error
    if data.startup:
        del book.cells[0]
    for cell in book.cells:
        cell.metadata["lesson"]["seconds"] = _seconds(cell)
    return book


KERNEL_DIED = (
    "the kernel died in this block; it may have run out of memory, or a library crashed: "
    "run the block by itself to see"
)


def too_long(seconds):
    """What to tell the author of a block that was stopped."""
    return (
        f"this block ran for more than {seconds:g} s and was stopped; make it shorter, or write "
        "<!-- timeout: seconds --> below it"
    )


def timeout_of(episode, cell, settings):
    """Seconds that a cell may take."""
    lesson = cell.metadata["lesson"]
    own = episode.blocks[lesson["index"]].timeout if lesson["kind"] == notebooks.BLOCK else None
    return own or settings.timeout


def line_of_error(cell_line, traceback):
    """The line of the Markdown that raised.

    Args:
        cell_line: line of the block's opening fence, from 1.
        traceback: list of text, as the kernel gave it.
    """
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
    inside = re.findall(
        r"(?:Cell In\[\d+\]|<ipython-input[^>]*>|Cell In \[\d+\]), line (\d+)", plain
    )
    return cell_line + (int(inside[0]) if inside else 0)


def _judge(episode, cell, reply):
    """Stop at the first block that raises and was not expected to."""
    content = reply["content"]
    if content["status"] != "error":
        return
    expected = "raises-exception" in cell.metadata.get("tags", [])
    if expected and content["ename"] != OUTSIDE:
        return
    line = cell.metadata["lesson"]["line"]
    message = f"{content['ename']}: {content['evalue']}"
    if line is None:
        raise LessonError(episode.path, None, f"the data could not be put in place: {message}")
    if cell.metadata["lesson"]["kind"] == notebooks.BLOCK:
        line = line_of_error(line, content["traceback"])
    raise LessonError(episode.path, line, message)


def _last_started(book):
    started = [n for n, cell in enumerate(book.cells) if "execution" in cell.metadata]
    return started[-1] if started else 0


def _seconds(cell):
    """Time from the kernel's first word on the cell to its last."""
    times = cell.metadata.get("execution", {})
    start, end = times.get("iopub.execute_input"), times.get("shell.execute_reply")
    if not (start and end):
        return None
    start, end = (datetime.fromisoformat(time.replace("Z", "+00:00")) for time in (start, end))
    return (end - start).total_seconds()
