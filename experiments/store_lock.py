"""A lock beside a store, so that two sweeps do not write it at once; readers need none."""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on this system
    fcntl = None  # type: ignore[assignment]

__all__ = ["Lock", "Locked"]


class Locked(Exception):
    """Somebody else holds the lock."""


class Lock:
    """An advisory lock of the operating system on ``FILE.lock``: it ends with its process, however that ends.

    Without ``flock`` (on Windows) nothing is locked: two sweeps then do the same work, and each cell is still written
    once.

    Parameters
    ----------
    path
        What is locked; links are followed, so that one file has one lock whatever it is called.

    Raises
    ------
    Locked
        If somebody else holds it.
    OSError
        If it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        path = path.resolve()
        self._path = path.with_name(path.name + ".lock")
        self._handle = -1
        while fcntl and self._handle < 0:
            self._handle = self._take()

    def _take(self) -> int:
        """Return a handle that holds the lock, or -1 if the file was removed in between by who held it before."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), self._path.stat()):
                return handle
        except BlockingIOError:
            os.close(handle)
            raise Locked(f"{self._path} is held by another process") from None
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        return -1

    def release(self) -> None:
        """Remove the file and let go of it, in this order: who comes between sees that it is gone, and makes anew."""
        if self._handle >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = -1
