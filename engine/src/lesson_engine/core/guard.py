"""End what a command has started when the command ends, whatever ended it.

Run as a program, this file waits beside the command and ends what it is told to; when its input
ends without a word, the command was killed, and all that it had started is ended. What is ended
carries a mark among its variables, which every program hands on to those that it starts: so they
are found also where they have left their parent and its group.

Not found is a program that was started without its parent's variables, or by another user.
"""

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:  # only the program needs it
    import psutil

VARIABLE = "LESSON_STARTED_BY"
DONE = b"done\n"
LOOKS, MOST = 10, 100  # how often it is looked for more: what is starting up shows late
PAUSE = 0.1  # seconds between two looks

_OWN = f"{os.urandom(16).hex()}."  # how all marks of this process begin
_lock = threading.Lock()  # episodes run side by side, in threads
_program: subprocess.Popen[bytes] | None = None  # one for all, as it takes a while to start
_begun = _open = 0  # guards


class Guard:
    """Ends all that carries its `variables`, when it is closed or this process is gone.

    Attributes:
        variables: for subprocess.Popen(env=…) of what is to be ended.
    """

    def __init__(self) -> None:
        global _program, _begun, _open
        with _lock:
            if _program is None:
                _program = _start()
            _begun, _open = _begun + 1, _open + 1
            self.variables = {VARIABLE: f"{_OWN}{_begun}."}
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End what is left, and wait until that is done; a second time does nothing."""
        global _open
        with _lock:
            if self._closed or _program is None or not _program.stdin or not _program.stdout:
                return
            with contextlib.suppress(OSError):  # somebody has ended the program
                _program.stdin.write(f"{self.variables[VARIABLE]}\n".encode())
                _program.stdin.flush()
                _program.stdout.readline()
            self._closed = True
            _open -= 1


def _start() -> "subprocess.Popen[bytes]":
    atexit.register(_finish)
    return subprocess.Popen(
        # -P: its neighbours' names hide no module
        [sys.executable, "-P", __file__, _OWN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C and a closed terminal are not for it
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _finish() -> None:
    """Let the program go; it ends what a guard that was never closed has left."""
    if _program is not None:
        with contextlib.suppress(OSError):
            _program.communicate(b"" if _open else DONE)


def _end(mark: str, looks: int) -> None:
    """End the processes whose mark begins so, and what they start meanwhile."""
    for look in range(MOST):
        found = list(_marked(mark))
        if not found and look + 1 >= looks:
            return
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        time.sleep(PAUSE if look else 0)


def _marked(mark: str) -> Iterator["psutil.Process"]:
    for number in psutil.pids():
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(number)
            if number != os.getpid() and process.environ().get(VARIABLE, "").startswith(mark):
                yield process


def _serve(mark: str) -> None:
    """Do what the command says, until it is done or gone."""
    for line in sys.stdin.buffer:
        if line == DONE:
            return
        _end(line.decode().strip(), looks=1)
        with contextlib.suppress(OSError):
            sys.stdout.buffer.write(b"\n")
            sys.stdout.buffer.flush()
    _end(mark, LOOKS)


if __name__ == "__main__":
    import psutil

    _serve(sys.argv[1])
