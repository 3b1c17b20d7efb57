"""Erasing one fake drive, with the power cuts of its case, in this process or in others."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.crew import Crew, OwnProcesses, Patience
from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.engine import erase
from rebond_agent.wipe.fake import FakeDrive, fake_identity
from rebond_agent.wipe.fake_medium import Medium, PowerCut, memory_medium
from rebond_agent.wipe.firmware_fakes import fake_firmware
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import Outcome, interrupted
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_agent.wipe.target import FakeTarget
from rebond_schemas.facts import Drive
from wiping.case import Case
from wiping.result import Result, as_of_a_drive, judged


def in_this_process(case: Case) -> Iterator[Result]:
    """Wipe a fake in memory, again after each power cut; yield what was said each time."""
    content = bytearray(case.content)
    original, resume = case.content, None
    retired: list[bytes] = []
    for cut in (*case.cuts, None):
        faults = msgspec.structs.replace(case.faults, power_cut_at=cut)
        medium = memory_medium(content, faults)
        medium.firmware = fake_firmware(medium, case.bus, case.firmware)
        drive, plan = planned(case, medium.name)
        outcome, resume = _run(plan, medium, case.chunk_bytes, resume)
        medium.settle() if cut is None else medium.boot()
        retired += medium.retired
        yield judged(original, drive, as_of_a_drive(outcome), bytes(medium.truth), retired)
        if case.exchanged and cut is not None:
            content = bytearray(original[::-1])
            original, retired = bytes(content), []


def _run(
    plan: Plan, medium: Medium, chunk_bytes: int, resume: Checkpoint | None
) -> tuple[Outcome, Checkpoint | None]:
    """Return how it ended, and how far it is known to have come."""
    crew = InThisProcess(lambda: FakeDrive(medium), chunk_bytes=chunk_bytes, safe_seconds=0.0)
    outcome, reached = None, resume
    try:
        for said in erase(plan, crew, record_intent=lambda: None, resume=resume):
            match said:
                case Checkpoint():
                    reached = said
                case Outcome():
                    outcome = said
    except PowerCut:
        return interrupted(plan), reached
    if outcome is None:
        raise TypeError("the engine ended without an outcome")
    return outcome, None


def in_own_processes(case: Case, folder: Path) -> Result:
    """Wipe a fake over a file, written by one process and read back by another."""
    path = folder / "drive"
    path.write_bytes(case.content)
    drive, plan = planned(case, str(path))
    target = FakeTarget(path=str(path), faults=case.faults, bus=case.bus, firmware=case.firmware)
    outcome = _outcome(plan, OwnProcesses(target, Patience(stall_seconds=20)))
    truth = path.read_bytes()[: case.faults.capacity]
    path.unlink()
    # Remapped sectors are the drive process's own knowledge; their number is drawn, not measured.
    retired = [bytes(one.length) for one in case.faults.remaps]
    return judged(case.content, drive, outcome, truth, retired)


def planned(case: Case, name: str) -> tuple[Drive, Plan]:
    """Return the drive as an inventory would tell it, and the plan made from that."""
    size = len(case.content)
    drive = Drive(
        path=name,
        identity=fake_identity(name, size, bus=case.bus),
        kind=case.kind,
        native_size_bytes=size,
        removable=False,
        read_only=False,
        boot_medium=False,
    )
    plan = make_plan(drive, Policy(level=case.level, psid=case.psid))
    if not isinstance(plan, Plan):
        raise TypeError(f"the fake was refused: {plan}")
    return drive, plan


def _outcome(plan: Plan, crew: Crew) -> Outcome:
    *_, outcome = erase(plan, crew, record_intent=lambda: None)
    if not isinstance(outcome, Outcome):
        raise TypeError("the engine ended without an outcome")
    return outcome
