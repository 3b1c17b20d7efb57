"""A QEMU guest with three drives in which the inventory is timed beside its peers."""

import json
from pathlib import Path
from typing import Any

import host_guest
import qemu_guest
from guests import BENCH
from qemu import Qemu

HERE = Path(__file__).resolve().parent
TIME_LIMIT = 1800  # hw-probe takes minutes under emulation
MEMORY_MIB = 1024


def measure(kernel: Path, folder: Path, rounds: int) -> dict[str, Any]:
    """Boot the guest, run the bench in it, and return what it printed as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    shared = folder / "shared"
    shared.mkdir()
    (shared / "rounds").write_text(str(rounds))
    qemu_guest.prepare(BENCH, folder)
    words = [
        *host_guest.words(
            kernel,
            folder,
            HERE / "bench_in_guest.py",
            modules=qemu_guest.MODULES,
            memory_mib=MEMORY_MIB,
        ),
        *BENCH.arguments(folder),
    ]
    with Qemu(words, folder, time_limit=TIME_LIMIT) as running:
        running.wait()
        result = shared / "result.json"
        if not result.is_file():
            raise running.failed("the guest measured nothing")
        try:
            found: dict[str, Any] = json.loads(result.read_bytes())
        except ValueError as error:
            raise running.failed((shared / "errors").read_text()) from error
    return found
