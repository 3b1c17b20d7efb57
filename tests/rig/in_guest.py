"""Runs inside a guest: records the machine and writes the facts as they are, not anonymised.

Where the host put a file `selftest` with names of drives, those test themselves too.
"""

import subprocess
import sys
from pathlib import Path

from rebond_agent.checks.drives import PROGRAM
from rebond_agent.machine.live import LiveMachine
from rebond_agent.machine.recording import RecordingMachine
from rebond_agent.probes import collect
from rebond_schemas.codec import encode

folder = Path(sys.argv[1])
# The guests' serial numbers are invented: the same salt keeps a new recording alike.
machine = RecordingMachine(LiveMachine(), folder / "recording", salt=b"the rig's guests")
collected = collect(machine)
machine.finish()
(folder / "failures.json").write_bytes(encode(collected.failures))
(folder / "facts.json").write_bytes(encode(collected.facts))

asked = folder / "selftest"
if asked.is_file():
    command = (*PROGRAM, *asked.read_text().split())
    told = subprocess.run(command, check=False, stdout=subprocess.PIPE, timeout=120)
    (folder / "selftest.out").write_bytes(told.stdout)
