"""The agent's own engine on scratch images, judged by the server: what is believed is true."""

import msgspec
import pytest
from erasures import moment

from rebond_agent.wipe.engine import wipe
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import Outcome, erasure_fields
from rebond_agent.wipe.plan import make_plan
from rebond_agent.wipe.target import FakeTarget, ImageTarget, scratch_facts
from rebond_schemas.erasure import Extent
from rebond_schemas.statement import Agent, Erasure
from rebond_server.domain.drive_identity import drive_key
from rebond_server.domain.sanitised import device_verdict
from rebond_server.domain.verdict import judge
from rebond_server.domain.verdict_reason import Code, Verdict

SIZE = 4 * 2**20
SECRET = b"numero de securite sociale 2 99 01 69 " * 64


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "scratch.img"
    path.write_bytes((SECRET * (SIZE // len(SECRET) + 1))[:SIZE])
    return path


def erased(target):
    """Carry the erasure out and return drive and statement, as they cross the wire."""
    drive = scratch_facts(target)
    plan = make_plan(drive, Policy())
    *_, outcome = wipe(plan, target, record_intent=lambda: None)
    assert isinstance(outcome, Outcome)
    statement = Erasure(
        format=1, id="7b3e4c52-0f2c-4f6e-8d8f-0d6f6d1f0a01", run="7b3e4c52-0f2c-4f6e-8d8f-0d6f6d1f0a02",
        site="7b3e4c52-0f2c-4f6e-8d8f-0d6f6d1f0a03", stick="7b3e4c52-0f2c-4f6e-8d8f-0d6f6d1f0a04",
        sequence=1, previous=None, made=moment(1), agent=Agent(name="a", version="1"),
        started=moment(1), ended=moment(2), **erasure_fields(outcome),
    )  # fmt: skip
    return drive, msgspec.json.decode(msgspec.json.encode(statement), type=Erasure)


def sanitised(drive, found):
    return device_verdict([drive], False, {drive_key(drive.identity): found}).sanitised


def test_a_good_image_is_cleared_and_empty(image):
    drive, erasure = erased(ImageTarget(path=str(image)))
    found = judge(erasure, drive)
    assert found.verdict is Verdict.CLEARED, found.reasons
    assert sanitised(drive, found)
    assert image.read_bytes() == bytes(SIZE)


FAULTS = {
    "drops writes": (Faults(drop_writes=True), Code.MISMATCHES),
    "drops the end": (Faults(drop_from=SIZE - 4096), Code.MISMATCHES),
    "unreadable": (Faults(unreadable=(Extent(start=2**20, length=4096),)), Code.FAULTS),
    "unwritable": (Faults(unwritable=(Extent(start=2**20, length=4096),)), Code.FAULTS),
    "vanishes": (Faults(vanish_after=3), None),
    "another drive answers": (Faults(swap_after=0), None),
}


@pytest.mark.parametrize(("faults", "code"), FAULTS.values(), ids=FAULTS)
def test_a_drive_that_lies_is_not_believed(image, faults, code):
    drive, erasure = erased(FakeTarget(path=str(image), faults=faults))
    found = judge(erasure, drive)
    assert not sanitised(drive, found)
    assert found.reasons
    if code is not None:
        assert code in {reason.code for reason in found.reasons}
