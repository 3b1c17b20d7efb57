"""Block devices to measure on: loop devices over files in memory or on a disk."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def loops_work() -> bool:
    """Say whether loop devices can be attached here."""
    return os.geteuid() == 0 and shutil.which("losetup") is not None


@contextmanager
def device(path: Path, size: int) -> Iterator[str]:
    """Make a file of this size and attach it as a loop device where that is allowed.

    Direct I/O goes through to the file, and the blocks are there beforehand.
    """
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
        file.write(bytes(1))
        os.fsync(file.fileno())
    attached = None
    try:
        if loops_work():
            command = ["losetup", "--find", "--show", "--direct-io=on", "--sector-size=4096"]
            told = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True)
            attached = told.stdout.strip()
        yield attached or str(path)
    finally:
        if attached:
            subprocess.run(["losetup", "--detach", attached], check=True)  # noqa: S607 - losetup
        path.unlink()
