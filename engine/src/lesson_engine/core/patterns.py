"""An author's regular expressions, whose time is limited: some would take for ever."""

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from lesson_engine.core.errors import LessonError

MOST_SECONDS = 10.0  # a good pattern needs milliseconds for the longest output there is


class _TooSlow(Exception):
    """The time is over."""


def replaced(pattern: str, by: str, text: str, path: Path | str, line: int | None) -> str:
    """As re.sub, for a pattern that somebody wrote in a lesson.

    Args:
        pattern, by, text: as for re.sub.
        path, line: where the pattern stands, for a message.

    Raises: LessonError if it takes too long.
    """
    try:
        with _limited(MOST_SECONDS):
            return re.sub(pattern, by, text)
    except _TooSlow as error:
        message = (
            f"the pattern {pattern!r} was stopped after {MOST_SECONDS:g} s on an output of "
            f"{len(text):,} characters; write one without a repetition inside another"
        )
        raise LessonError(path, line, message) from error


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Stop what is done after some time, where a signal can: not on Windows, nor in a thread."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
