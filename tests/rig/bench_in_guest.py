"""Runs inside a guest: the inventory's bench, its result into the shared folder."""

import subprocess
import sys
from pathlib import Path

shared = Path(sys.argv[1])
root = Path(__file__).resolve().parents[2]
rounds = (shared / "rounds").read_text().strip()
command = [
    sys.executable,
    str(root / "scripts" / "benches" / "inventory.py"),
    *("--here", "--json", "--rounds", rounds),
]
with (shared / "errors").open("w") as errors:
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=errors)
(shared / "result.json").write_bytes(done.stdout)
