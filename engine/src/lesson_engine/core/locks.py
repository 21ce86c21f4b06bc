"""One command at a time for what commands share, so that none spoils another one's work.

The system holds a lock and takes it back when its process ends, however that happens: that of a
dead process is none. What stands in the file only says who has it.
"""

import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from lesson_engine.core.errors import LessonError

WORK = "work"  # build/work and build/kept: where blocks run, and what they gave
PAGES = "pages"  # the lesson's own files, for those who write them or need all of one state
SITE = "site"  # build/site and _site

NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)  # some shared disks have none
_held: set[Path] = set()  # by this process: what it calls may ask once more

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30  # a locked byte cannot be read: one behind all that stands there

    def _take(file: IO[str]) -> None:
        file.seek(FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

else:
    import fcntl

    def _take(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def hold(folder: Path, names: Sequence[str], command: str) -> Iterator[None]:
    """Have something for this process alone.

    Args:
        folder: the lesson's build folder, where a small file stands for each lock.
        names: what is needed: WORK, PAGES, SITE.
        command: what a person typed, for those who have to wait.

    Raises: LessonError if another process has one of them; it says which.
    """
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(_one(folder / f"{name}.lock", command))
        yield


@contextmanager
def _one(path: Path, command: str) -> Iterator[None]:
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+", encoding="utf-8") as file:
        try:
            _take(file)
        except (BlockingIOError, PermissionError) as error:
            raise LessonError(path.parent.name, None, _who(file)) from error
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
        note = {"process": os.getpid(), "command": command, "since": time.strftime("%H:%M:%S")}
        file.truncate()
        json.dump(note, file)
        file.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)


def _who(file: IO[str]) -> str:
    """What to tell who comes second."""
    noted = {}
    with contextlib.suppress(ValueError, OSError):
        noted = json.loads(file.read())
    who = "another command has been at work here"
    if isinstance(noted, dict) and noted.keys() >= {"process", "command", "since"}:
        who = "`{command}` has been at work here since {since} (process {process})".format(**noted)
    return f"{who}; run this again when that has ended, or end it with Ctrl-C there"
