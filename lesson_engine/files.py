"""Write files whole or not at all."""

import os
import shutil
import tempfile
from pathlib import Path


def write(path, content):
    """Replace a file in one step: whoever looks sees the old content or the new.

    Args:
        path: the file; its folder is made if need be.
        content: text or bytes.

    Returns: True if the file changed, False if it already held the content.
    Raises: OSError if it cannot be written; the old file is then untouched.
    """
    path = Path(path).resolve()  # a link stays a link; what it points to is replaced
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True


def replace_folder(path, source):
    """Make a folder a copy of another; a copy that fails leaves the old one in place.

    Args:
        path: the folder to replace.
        source: the folder to copy.
    """
    path = Path(path)
    new = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part"))
    try:
        shutil.copytree(source, new, dirs_exist_ok=True)
        new.chmod(0o755)
        shutil.rmtree(path, ignore_errors=True)
        os.replace(new, path)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
