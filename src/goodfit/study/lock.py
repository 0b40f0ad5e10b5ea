"""A lock on a folder that dies with its process, however that ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class Lock:
    """Held from construction to `release`.

    Raises:
        BlockingIOError: another process, or another lock of this one, holds it.
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(self._file)
        except OSError as error:
            os.close(self._file)
            raise BlockingIOError(str(error)) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())
        self._held = True

    def release(self) -> None:
        """Let others have it; the file stays."""
        if self._held:
            self._held = False
            os.close(self._file)


def holder(path: Path) -> str:
    """The process that holds the lock, in words, as far as it is known."""
    try:
        told = path.read_text().strip()
    except OSError:
        return "another process"
    return f"process {told}" if told.isdigit() else "another process"


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        # Far behind the content, so that others can still read who holds it.
        os.lseek(file, 2**20, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
