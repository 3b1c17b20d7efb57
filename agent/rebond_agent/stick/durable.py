"""Writing so that it is still there after a power cut.

Temporary file in the same folder, fsync, rename, fsync of the folder (borg's `SaveFile`). An error
of fsync is final: Linux drops the dirty pages, so a second fsync would lie (PostgreSQL, 2018).
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rebond_agent.errors import StickFailed

TEMPORARY = ".part"
"""Ending of a file that never became whole."""


class Durable:
    """The only hand that writes to the stick. After one failed fsync it writes nothing more."""

    def __init__(self, sync: Callable[[int], None] = os.fsync) -> None:
        """Take the fsync to use; tests pass one that fails."""
        self._sync = sync
        self._failed: StickFailed | None = None

    def write(self, path: Path, data: bytes) -> None:
        """Put a whole file (mode 0600) in place, or raise StickFailed and leave the old one."""
        self._refuse_after_failure()
        temporary = path.with_name(f".{path.name}{TEMPORARY}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                _write_all(descriptor, data)
                self._flush(descriptor, path)
            finally:
                os.close(descriptor)
            temporary.replace(path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise _failure(path, error) from error
        self._flush_folder(path.parent)

    def append(self, path: Path, line: bytes) -> None:
        """Add one line; a torn line that a power cut left in front stays apart from it."""
        self._refuse_after_failure()
        is_new = not path.exists()
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                size = os.fstat(descriptor).st_size
                torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
                _write_all(descriptor, (b"\n" if torn else b"") + line + b"\n")
                self._flush(descriptor, path)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _failure(path, error) from error
        if is_new:
            self._flush_folder(path.parent)

    def move(self, path: Path, folder: Path) -> Path:
        """Move a file into a folder, beside what already has its name; return where it is now."""
        self._refuse_after_failure()
        self.folder(folder)
        target = folder / path.name
        count = 1
        while target.exists():
            count += 1
            target = folder / f"{path.name}.{count}"
        try:
            path.replace(target)
        except OSError as error:
            raise _failure(path, error) from error
        self._flush_folder(folder)
        self._flush_folder(path.parent)
        return target

    def remove(self, path: Path) -> None:
        """Delete a file for good."""
        self._refuse_after_failure()
        try:
            path.unlink()
        except OSError as error:
            raise _failure(path, error) from error
        self._flush_folder(path.parent)

    def folder(self, path: Path) -> None:
        """Make a folder (mode 0700) and those above it, where they are missing."""
        self._refuse_after_failure()
        missing = [place for place in (path, *path.parents) if not place.exists()]
        try:
            for place in reversed(missing):
                place.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _failure(path, error) from error
        for place in reversed(missing):
            self._flush_folder(place.parent)

    def _refuse_after_failure(self) -> None:
        if self._failed is not None:
            raise self._failed

    def _flush_folder(self, folder: Path) -> None:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise _failure(folder, error) from error
        try:
            self._flush(descriptor, folder)
        finally:
            os.close(descriptor)

    def _flush(self, descriptor: int, path: Path) -> None:
        try:
            self._sync(descriptor)
        except OSError as error:
            self._failed = _failure(path, error)
            raise self._failed from error


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _failure(path: Path, error: OSError) -> StickFailed:
    return StickFailed(path=path.name, reason=error.strerror or type(error).__name__)
