"""The one exception that the command line and pytest show without a traceback."""

from pathlib import Path


class LessonError(Exception):
    """Something a lesson author can mend.

    Args:
        path: the file that the author has to open, as they would type it.
        line: its line, from 1; None if the whole file is meant.
        message: what is wrong and what to do.
    """

    def __init__(self, path: str | Path, line: int | None, message: str) -> None:
        self.path, self.line, self.message = path, line, message
        place = path.as_posix() if isinstance(path, Path) else path  # / on Windows, too
        super().__init__(f"{place}:{line}: {message}" if line else f"{place}: {message}")
