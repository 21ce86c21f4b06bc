"""Notice what lesson code writes outside its working folder.

Runs in the kernel, before the first block, and imports the standard library and IPython only.
Python tells an audit hook of every file that it opens, makes, moves or removes; a block that
did so in the wrong place ends with OutsideWorkingFolder, even if it caught all exceptions.

This notices mistakes, it is no prison. Not seen is what Python does not do itself: child
processes ("!cp a b", subprocess), and libraries that open files in C (HDF5, SQLite, TensorFlow's
SavedModel). What was written stays where it is.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# audit event -> places of the changed paths among its arguments, and of their folders' handles
CHANGES = {
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.truncate": ((0, None),),
}
MESSAGE = (
    "this block writes to {paths}, outside the working folder; write to a path that is relative "
    "to the folder in which the block runs"
)


# Variables that say where well-known libraries keep what they fetch and compute
CACHES = (
    "XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME MPLCONFIGDIR KERAS_HOME TFHUB_CACHE_DIR "
    "TFDS_DATA_DIR TORCH_HOME HF_HOME NLTK_DATA SCIKIT_LEARN_DATA SEABORN_DATA NUMBA_CACHE_DIR "
    "IPYTHONDIR JUPYTER_CONFIG_DIR JUPYTER_DATA_DIR"
).split()
# Where they do so otherwise, at home; beside hidden folders
HOME_CACHES = (
    "seaborn-data scikit_learn_data nltk_data tensorflow_datasets AppData Library/Caches"
).split()


class OutsideWorkingFolder(Exception):
    """A block changed files that are none of its business."""


def start(working_folder: str, lesson_folder: str) -> None:
    """Watch this process from now on.

    Args:
        working_folder: what blocks may change, with all that is in it.
        lesson_folder: the lesson, of which they may change nothing else.
    """
    from IPython import get_ipython

    may_write = rule(working_folder, lesson_folder, str(Path.home()), tempfile.gettempdir())
    found: list[str] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        try:
            paths = changed_paths(event, arguments)
        except (OSError, TypeError, ValueError):
            return  # no path at all: Python itself will refuse it
        found.extend(path for path in paths if path not in found and not may_write(path))

    def tell(result: Any) -> None:
        if not found:
            return
        try:
            raise OutsideWorkingFolder(MESSAGE.format(paths=", ".join(found)))
        except OutsideWorkingFolder as error:
            result.error_in_exec = error  # in place of one that the block may raise as expected
            get_ipython().showtraceback()
        found.clear()

    get_ipython().events.register("post_run_cell", tell)
    sys.addaudithook(hook)


def changed_paths(event: str, arguments: Sequence[Any]) -> list[str]:
    """Real, absolute paths of the files that an audited event is about to change."""
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and flags & WRITING and not isinstance(path, int)
        return [os.path.realpath(os.fsdecode(path))] if writes else []
    named = [
        (arguments[place], -1 if handle is None else arguments[handle])
        for place, handle in CHANGES.get(event, ())
    ]
    paths = [absolute(path, handle) for path, handle in named if not isinstance(path, int)]
    if event != "os.mkdir":
        return paths
    # os.makedirs(exist_ok=True) tries first and looks then; folders end in a "/"
    return [os.path.join(path, "") for path in paths if not os.path.isdir(path)]


def absolute(path: str | bytes | os.PathLike[str], handle: int) -> str:
    """The path of an entry in a folder; `handle` is the open folder it starts from, or -1."""
    path = os.fsdecode(path)
    if handle >= 0 and os.path.isdir("/proc/self/fd"):
        path = os.path.join(os.readlink(f"/proc/self/fd/{handle}"), path)
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)  # a link itself, not what it leads to


def rule(
    working_folder: str, lesson_folder: str, home: str, temporary: str
) -> Callable[[str], bool]:
    """What may be written to, as a function of a real path.

    The innermost folder that holds a path decides: in the working folder, the temporary one and
    where libraries keep their caches everything may, in the lesson nothing, at home what is in a
    hidden folder. What none of them holds may not be written to.

    Args: paths of the four folders.
    """
    caches = [os.path.join(home, name) for name in HOME_CACHES]
    caches += [os.environ[name] for name in CACHES if os.environ.get(name)]
    folders: list[tuple[str, Callable[[str], bool]]] = [
        (os.path.realpath(working_folder), lambda inside: True),
        (os.path.realpath(lesson_folder), lambda inside: False),
        (os.path.realpath(temporary), lambda inside: True),
        (os.path.realpath(home), lambda inside: inside.startswith(".") and os.sep in inside),
        *((os.path.realpath(cache), lambda inside: True) for cache in caches),
    ]
    folders.sort(key=lambda folder: len(folder[0]), reverse=True)

    def may_write(path: str) -> bool:
        parts = path.split(os.sep)
        if "__pycache__" in parts or path.startswith(("/dev/", "/proc/")):
            return True
        for folder, decide in folders:
            start = folder.rstrip(os.sep) + os.sep
            if path.startswith(start):
                return decide(path[len(start) :])
        return False

    return may_write
