"""A short form of the proof of delivery: a real server process, the real agent, a bad line, power cuts."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_cut_uploads_and_power_cuts_lose_and_invent_nothing():
    words = [ROOT / "scripts" / "proofs" / "delivery.py", "--count", "12", "--power", "2", "--tls"]
    done = subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"cuts: 12 at random offsets", done.stdout), done.stdout
    assert len(re.findall(r"failed 0", done.stdout)) == 2, done.stdout
