"""What an episode's code gave when it last ran, so that the same code need not run again.

Only in lessons whose pyproject.toml says `independent_episodes = true`: there every episode
starts in a folder of its own, and what it gives depends on nothing but its fingerprint.
"""

import functools
import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path

from lesson_engine.core import exporter, files, notebook
from lesson_engine.run import runner

HERE = Path(__file__).parent
RUNS = (
    HERE / "runner.py",
    HERE / "watch.py",
    HERE.parent / "core" / "notebook.py",
)  # what a run depends on


def fingerprint(episode, lesson, data):
    """A digest of all that a run's outputs depend on.

    Args:
        episode: Episode: the code of its blocks and the expressions of its claims count.
        lesson: Settings: the files in data/ and scripts/ that are not derived from an episode.
        data: Data.

    Returns: text. With it go Python, every installed package and the variables that kernels get.
    """
    parts = {
        "cells": [source for *_, source in notebook.code_in_order(episode)],
        "data": [data.sentence, data.startup, runner.kernel_environment(lesson, data)],
        "files": {str(path): _digest(path) for path in [*_files_beside(lesson), *RUNS]},
        "python": platform.python_version(),
        "packages": installed_packages(),
    }
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@functools.cache
def installed_packages():
    """Every installed package with its version; found out once, which takes half a second."""
    found = {f"{each.name} {each.version}" for each in metadata.distributions()}
    return sorted(package for package in found if not package.startswith("lesson-engine "))


def _files_beside(lesson):
    """What a block can read beside its working folder: paths, without the lesson's scripts."""
    derived = {exporter.script_name(path.stem) for path in lesson.episode_paths()}
    folders = [
        lesson.root / name for name in ("data", "scripts", "episodes/data", "episodes/files")
    ]
    if lesson.data_source is not None:
        folders.append(lesson.data_source.parent)
    found = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    made = {"__pycache__", "fit_outputs"}
    return sorted(path for path in found if path.name not in derived and not made & set(path.parts))


def _digest(path):
    found = path.stat()
    return _digest_of(path, found.st_mtime_ns, found.st_size)


@functools.cache  # the same files stand beside every episode
def _digest_of(path, changed, size):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def path_of(episode_name, lesson, data):
    """The file in which an episode's last run is kept."""
    folder = "kept" if data.real else "kept-stand-in"
    return lesson.build_folder / folder / f"{episode_name}.json"


def write(episode, lesson, data, book):
    """Keep a run.

    Args:
        episode, lesson, data: as for fingerprint().
        book: notebook that runner.run() gave.
    """
    cells = [{"source": cell.source, "outputs": cell.outputs} for cell in book.cells]
    kept = {"fingerprint": fingerprint(episode, lesson, data), "cells": cells}
    files.write(path_of(episode.name, lesson, data), json.dumps(kept))


def read(episode, lesson, data):
    """The cells of a run that would give the same again.

    Args: as for fingerprint().

    Returns: list of dicts with "source" and "outputs", or None if the episode has to be run.
    """
    path = path_of(episode.name, lesson, data)
    if not lesson.independent_episodes or not path.is_file():
        return None
    try:
        kept = load(path)
    except ValueError:
        return None
    same = kept.get("fingerprint") == fingerprint(episode, lesson, data)
    return kept["cells"] if same else None


def load(path):
    """What is kept in a file, whether it still holds or not.

    Returns: dict with "fingerprint" and "cells", a list of dicts with "source" and "outputs".
    Raises: ValueError if the file is broken.
    """
    return json.loads(path.read_text("utf-8"))


def run_missing(episodes, lesson, data, jobs, progress=print):
    """Run, side by side, the episodes of which no run is kept, and keep what they give.

    A block that raises does not end its episode: whether it was expected to is for those who
    compare. An episode that cannot be run to its end is left to them, too.

    Args:
        episodes: list of Episode.
        lesson: Settings.
        data: Data.
        jobs: how many episodes may run at a time.
        progress: called with a line of text when an episode starts and ends.
    """
    missing = [episode for episode in episodes if read(episode, lesson, data) is None]

    def keep(episode, book):
        write(episode, lesson, data, book)

    runner.run_side_by_side(missing, lesson, data, jobs, keep, progress)
