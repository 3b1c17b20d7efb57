"""Whoever finds a used stick reads no inventory on it: not a model, not a serial number, not a name."""

import re
import subprocess
from pathlib import Path

from stick_bench import FakeServer, enrolled_stick

from rebond_agent.command.scratch import scratch_drives
from rebond_agent.config import computer_clocks
from rebond_agent.erasing import wipe
from rebond_agent.machine.recorded import RecordedMachine
from rebond_agent.probes import collect
from rebond_agent.session import inspect, new_session, with_drives
from rebond_agent.stick.outbox import opened
from rebond_agent.wipe import engine
from rebond_agent.wipe.guard import Policy

MACHINES = Path(__file__).parents[1] / "machines"
USED = "lenovo-thinkpad-x270-nvme"


def everything(folder):
    """Return all that `strings` finds on the stick, in files and in their names."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = "\n".join(str(path.relative_to(folder)) for path in files)
    raw = b"\n".join(path.read_bytes() for path in files)
    return names + "\n" + raw.decode("latin-1")


def words_of(facts):
    board = facts.board
    told = {
        board.maker,
        board.model,
        board.serial,
        board.uuid,
        board.board_serial,
        facts.processor.name,
    }
    for drive in facts.drives:
        told |= {drive.identity.model, drive.identity.serial, drive.identity.wwn}
    told |= {one.mac for one in facts.network}
    return {word for word in told if word and len(word) > 3}


def test_strings_finds_no_machine_before_during_and_after_an_erasure(tmp_path):
    stick = enrolled_stick(tmp_path / "stick", FakeServer())
    machine = RecordedMachine(MACHINES / USED)
    collected = collect(machine)
    image = tmp_path / "Disque-Du-Donateur.img"
    image.write_bytes(b"secret! " * 100_000)
    chosen = scratch_drives([image], [])
    seen = []
    with opened(stick) as outbox:
        session = new_session(machine, computer_clocks(), stick, "RB-000042")
        both = with_drives(collected, tuple(one.drive for one in chosen), instead=False)
        inspect(session, both, outbox)
        for _ in wipe(
            session, outbox, chosen, Policy(), engine.wipe,
            lambda *_: seen.append(everything(stick.folder)),
        ):  # fmt: skip
            pass
    seen.append(everything(stick.folder))
    assert any(".intent" in one for one in seen), "looked while the erasure was under way"
    assert ".statement" in seen[-1]
    secrets = words_of(both.facts) | {"Disque-Du-Donateur", "RB-000042", "inventory", "overwrite"}
    assert len(secrets) > 8
    found = {word for word in secrets for one in seen if word.lower() in one.lower()}
    assert found == set()
    private = stick.key.hex()
    assert private not in everything(stick.folder)
    # The program itself, as a stranger would use it.
    strings = subprocess.run(
        ["grep", "-r", "-a", "-o", "-i", "-E", "|".join(map(re.escape, sorted(secrets))), str(stick.folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert strings.stdout == ""
