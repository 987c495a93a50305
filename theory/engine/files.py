"""Write files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: str | Path, content: str | bytes) -> None:
    """Write ``content`` to a temporary file beside ``path`` and rename it: nobody sees half a file.

    Raises
    ------
    OSError
        If the folder is missing or not writable, or the disk is full; an older file is then left as it was.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """Return the mode of the file that is replaced, or 0o644: `tempfile` makes files private."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return 0o644


def why_not_writable(path: str | Path) -> str:
    """Return why a file cannot be written, or "" if nothing speaks against it.

    >>> why_not_writable("/no/such/folder/report.json")
    'there is no folder /no/such/folder'
    """
    path = Path(path)
    if path.is_dir():
        return f"{path} is a folder"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if path.exists() and not path.is_file():
        return f"{path} is not a regular file"
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return f"the folder {path.parent} is not writable"
    return ""
