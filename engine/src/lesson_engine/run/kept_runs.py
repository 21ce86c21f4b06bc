"""What an episode's code gave when it last ran, so that the same code need not run again.

Only in lessons whose pyproject.toml says `independent_episodes = true`: there every episode
starts in a folder of its own, and what it gives depends on nothing but its fingerprint.
"""

import functools
import hashlib
import json
import platform
import uuid
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from lesson_engine.core import files, scripts, verdicts
from lesson_engine.core.lesson import Lesson
from lesson_engine.core.model import Episode
from lesson_engine.core.notebook import CellRun, cells_of
from lesson_engine.run import runner
from lesson_engine.run.sources import Data, kernel_environment

THIS_PROCESS = f" {uuid.uuid4()}"
HERE = Path(__file__).parent
RUNS = (*HERE.glob("*.py"), HERE.parent / "core" / "notebook.py")  # our own that a run depends on


def fingerprint(episode: Episode, lesson: Lesson, data: Data) -> str:
    """A digest of all that a run's outputs depend on.

    Args:
        episode: the code of its blocks and the expressions of its claims count.
        lesson: the files in data/ and scripts/ that are not derived from an episode count.
        data: what the blocks read.

    Returns: text. With it go Python, every installed package and the variables that kernels get.
    """
    parts = {
        "cells": [cell.source for cell in cells_of(episode)],
        "data": [data.sentence, data.startup, lesson.setup, kernel_environment(lesson, data)],
        "files": {str(path): _digest(path) for path in [*_files_beside(lesson), *RUNS]},
        "python": platform.python_version(),
        "packages": installed_packages(),
    }
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@functools.cache
def installed_packages() -> list[str]:
    """Every installed package with its version; found out once, which takes half a second."""
    read = [each.metadata for each in metadata.distributions()]
    found = {f"{each['Name']} {each['Version']}" for each in read}
    return sorted(package for package in found if not package.startswith("lesson-engine "))


def _files_beside(lesson: Lesson) -> list[Path]:
    """What a block can read beside its working folder, without the lesson's scripts."""
    derived = {scripts.script_name(path.stem) for path in lesson.episode_paths()}
    folders = [*lesson.beside_code.values()]
    if lesson.data_source is not None:
        folders.append(lesson.data_source.parent)
    made = set(lesson.left_alone)
    found = {
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not made.intersection(path.relative_to(folder).parts)
    }
    return sorted(path for path in found if path.name not in derived)


def _digest(path: Path) -> str:
    found = path.stat()
    return _digest_of(path, found.st_mtime_ns, found.st_size)


@functools.cache  # the same files stand beside every episode
def _digest_of(path: Path, changed: int, size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def path_of(episode_name: str, lesson: Lesson, data: Data) -> Path:
    """The file in which an episode's last run is kept."""
    folder = "kept" if data.real else "kept-stand-in"
    return lesson.build_folder / folder / f"{episode_name}.json"


def keep(episode: Episode, lesson: Lesson, data: Data, runs: Sequence[CellRun]) -> None:
    """Keep a run of all cells. Args: as for fingerprint(), and what the cells gave.

    One in which a block raised that was not meant to is kept for this process only: it may have
    been stopped, or have lacked a file or the network, and would go well the next time.
    """
    raised = any(verdicts.raised(episode, run) is not None for run in runs)
    cells = [
        {"source": run.cell.source, "seconds": run.seconds, "outputs": run.outputs} for run in runs
    ]
    known = fingerprint(episode, lesson, data) + (THIS_PROCESS if raised else "")
    kept = {"fingerprint": known, "cells": cells}
    files.write(path_of(episode.name, lesson, data), json.dumps(kept))


def kept(episode: Episode, lesson: Lesson, data: Data) -> list[CellRun] | None:
    """What a run would give again.

    Args: as for fingerprint().

    Returns: None if the episode has to be run.
    """
    path = path_of(episode.name, lesson, data)
    if not lesson.independent_episodes or not path.is_file():
        return None
    try:
        found = load(path)
    except ValueError:
        return None
    known = fingerprint(episode, lesson, data)
    if found.get("fingerprint") not in (known, known + THIS_PROCESS):
        return None
    pairs = zip(cells_of(episode), found["cells"], strict=True)
    return [CellRun(cell, one["outputs"], one["seconds"]) for cell, one in pairs]


def load(path: Path) -> dict[str, Any]:
    """What is kept in a file, whether it still holds or not.

    Returns: "fingerprint", and "cells", each with "source", "seconds" and "outputs".
    Raises: ValueError if the file is broken.
    """
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def run_missing(
    episodes: Sequence[Episode],
    lesson: Lesson,
    data: Data,
    jobs: int,
    progress: runner.Progress = print,
) -> None:
    """Run, side by side, the episodes of which no run is kept, and keep what they give.

    A block that raises does not end its episode: whether it was expected to is for those who
    compare. An episode that cannot be run to its end is left to them, too.

    Args:
        episodes: the episodes.
        lesson: the lesson they belong to.
        data: what its blocks read.
        jobs: how many episodes may run at a time.
        progress: called with a line of text when an episode starts and ends.
    """
    missing = [episode for episode in episodes if kept(episode, lesson, data) is None]

    def finished(episode: Episode, runs: list[CellRun]) -> None:
        keep(episode, lesson, data, runs)

    runner.run_side_by_side(missing, lesson, data, jobs, finished, progress)
