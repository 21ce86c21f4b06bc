"""Write files whole or not at all."""

import contextlib
import glob
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

STALE = 600  # seconds; no file takes that long to write


def write(path: Path, content: str | bytes) -> bool:
    """Replace a file in one step: whoever looks sees the old content or the new.

    Args:
        path: its folder is made if need be.
        content: what it will hold.

    Returns: True if the file changed, False if it already held the content.
    Raises: OSError if it cannot be written; the old file is then untouched.
    """
    return bool(write_all({path: content}))


def write_all(contents: Mapping[Path, str | bytes]) -> list[Path]:
    """Replace several files; what can fail is done before the first of them changes.

    Args:
        contents: path -> what the file will hold. Folders are made if need be.

    Returns: the paths whose files changed.
    Raises: OSError if one cannot be written (no space, no permission); all are then untouched.
    """
    parts: dict[Path, tuple[str, Path]] = {}
    try:
        for path, content in contents.items():
            data = content.encode("utf-8") if isinstance(content, str) else content
            target = path.resolve()  # a link stays a link; what it points to is replaced
            if not (target.is_file() and target.read_bytes() == data):
                parts[path] = (_part(target, data), target)
        for name, target in parts.values():
            os.replace(name, target)
    finally:
        for name, _ in parts.values():
            Path(name).unlink(missing_ok=True)
    return list(parts)


def _part(target: Path, data: bytes) -> str:
    """Name of a new file beside the target that holds the data and is on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(target)  # "no space left" does not say where
        raise
    return name


def _sweep(target: Path) -> None:
    """Remove what a process that was killed had begun to write in a file's place."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - STALE:
                left.unlink()


def replace_folder(path: Path, source: Path) -> None:
    """Make a folder a copy of another; whoever looks sees the old one or the new, and no mixture.

    A copy that fails leaves the old one in place. Nobody else may replace it meanwhile.

    Args:
        path: the folder to replace.
        source: the folder to copy.
    """
    for left in path.parent.glob(f".{path.name}.*.part"):  # by a process that was killed
        shutil.rmtree(left)
    place = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part"))
    new, old = place / "new", place / "old"
    try:
        shutil.copytree(source, new)
        new.chmod(0o755)
        try:
            if path.exists():
                os.replace(path, old)
            os.replace(new, path)
        finally:
            if not path.exists() and old.exists():
                os.replace(old, path)
    finally:
        shutil.rmtree(place, ignore_errors=True)
