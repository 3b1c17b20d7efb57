"""The agent asks fake drives to erase themselves, and the server judges the bytes: truth decides."""

import msgspec
import pytest
from erasures import moment

from rebond_agent.wipe.engine import wipe
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import Outcome, erasure_fields
from rebond_agent.wipe.plan import make_plan
from rebond_agent.wipe.target import FakeTarget, scratch_facts
from rebond_schemas.erasure import Level
from rebond_schemas.facts import Bus, DriveKind
from rebond_schemas.statement import Agent, Erasure
from rebond_server.domain.sanitised import POSITIVE
from rebond_server.domain.verdict import judge
from rebond_server.domain.verdict_reason import Verdict

SIZE = 12 * 2**20
SECRET = b"numero de securite sociale 2 99 01 69 " * 64
KINDS = {Bus.NVME: DriveKind.NVME, Bus.ATA: DriveKind.SSD}
HONEST = {
    Bus.NVME: FirmwareFaults(),
    Bus.ATA: FirmwareFaults(),
}
FALSE = {
    "lies": FirmwareFaults(lies=True),
    "sleeps": FirmwareFaults(sleeps=True),
    "an older success": FirmwareFaults(sleeps=True, done_before=True),
    "fails": FirmwareFaults(fails=True),
    "stuck at 655": FirmwareFaults(stuck_at=655),
    "swallowed": FirmwareFaults(swallows="erasures"),
}


def erased(folder, bus, faults):
    path = folder / "drive"
    path.write_bytes((SECRET * (SIZE // len(SECRET) + 1))[:SIZE])
    target = FakeTarget(path=str(path), bus=bus, firmware=faults)
    drive = msgspec.structs.replace(scratch_facts(target), kind=KINDS[bus])
    plan = make_plan(drive, Policy(level=Level.PURGE))
    *_, outcome = wipe(plan, target, record_intent=lambda: None)
    assert isinstance(outcome, Outcome)
    any_id = "7b3e4c52-0f2c-4f6e-8d8f-0d6f6d1f0a01"
    statement = Erasure(
        format=1, id=any_id, run=any_id, site=any_id, stick=any_id, sequence=1, previous=None,
        made=moment(1), agent=Agent(name="a", version="1"), started=moment(1), ended=moment(2),
        **erasure_fields(outcome),
    )  # fmt: skip
    told = msgspec.json.decode(msgspec.json.encode(statement), type=Erasure)
    return judge(told, drive), path.read_bytes()


@pytest.mark.parametrize("bus", HONEST, ids=str)
def test_an_honest_drive_is_purged_and_empty(tmp_path, bus):
    found, truth = erased(tmp_path, bus, HONEST[bus])
    assert found.verdict is Verdict.PURGED, found.reasons
    assert SECRET not in truth


@pytest.mark.parametrize("faults", FALSE.values(), ids=FALSE)
def test_a_drive_that_keeps_its_data_is_never_purged(tmp_path, faults):
    found, truth = erased(tmp_path, Bus.NVME, faults)
    assert SECRET[:512] not in truth or found.verdict not in POSITIVE
