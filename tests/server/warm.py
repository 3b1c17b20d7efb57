"""The server's command line, each command in a process of its own, but loaded once for all.

Loading the program takes most of what a short command takes. The process that has loaded it forks for each command.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rebond_server.cli import main

SECONDS = 120
"""What one command may take."""
_loaded = multiprocessing.get_context("forkserver")
_loaded.set_forkserver_preload(["rebond_server.cli"])


def rebond(
    words: tuple[str, ...], environment: Mapping[str, str], given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run `rebond` with these words, this text to read and these variables beside its own."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "in").write_text(given)
        process = _loaded.Process(target=_run, args=(place, words, dict(environment)))
        process.start()
        process.join(SECONDS)
        if process.is_alive():
            process.kill()
            raise subprocess.TimeoutExpired(words, SECONDS)
        out, error = ((place / name).read_text() for name in ("out", "error"))
        return subprocess.CompletedProcess(words, process.exitcode or 0, out, error)


def _run(place: Path, words: tuple[str, ...], environment: dict[str, str]) -> None:
    for number, (name, flags) in enumerate(
        (
            ("in", os.O_RDONLY),
            ("out", os.O_WRONLY | os.O_CREAT),
            ("error", os.O_WRONLY | os.O_CREAT),
        )
    ):
        os.dup2(os.open(place / name, flags, 0o600), number)
    # what multiprocessing had closed of the standard streams
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.environ.update(environment)
    try:
        status = main(words)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    sys.exit(status)
