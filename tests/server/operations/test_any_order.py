"""Whatever the order of arrival, a batch of statements ends in one state; and evidence gives it again."""

import dataclasses
import itertools
from collections import defaultdict
from uuid import NAMESPACE_URL, uuid5

from bench import LAPTOP, SSD, account, another, enrolled, graded, in_memory, receipt, send
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moments import later
from msgspec.structs import replace
from sqlalchemy import update

from rebond_schemas.erasure import Ending
from rebond_schemas.inspection import Check, Result
from rebond_server.domain.lifecycle import Event
from rebond_server.domain.role import Role
from rebond_server.operations import step
from rebond_server.operations.hold_device import (
    hold_device,
    resume_device,
    scrap_device,
    take_back,
)
from rebond_server.operations.picture import picture
from rebond_server.operations.recompute import differences
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device, DeviceDrive, DriveRow

SECOND = replace(SSD, path="/dev/sdb", identity=replace(SSD.identity, serial="S3YJNB0KSECOND"))
FAILED_CHECK = (Check(name="keyboard", result=Result.FAIL),)


def batch(stick):
    """Return nine statements of one stick: two machines, a drive added, failures and successes."""
    two = replace(LAPTOP, drives=(SSD, SECOND))
    return [
        stick.boot().inventory(),
        stick.erasure(ending=Ending.INTERRUPTED),
        stick.erasure(),
        stick.inspection(FAILED_CHECK),
        stick.boot().inventory(another(5)),
        stick.erasure(another(5).drives[0]),
        stick.boot().inventory(two),
        stick.erasure(SECOND),
        stick.inspection(),
    ]


def end_state(folder, order):
    """Return what a fresh workshop makes of these letters, with tags renamed by serial number."""
    workshop = in_memory(folder)
    stick = enrolled(workshop)
    sealed = sealed_by(stick)
    for number, index in enumerate(order):
        answer = send(workshop, sealed[index], now=later(number))
        receipt(answer)
    with workshop.work(NOBODY, later(100), reading=True) as work:
        seen = picture(work)
        names = {device.tag: device.serial for device in work.session.query(Device)}
    workshop.close()
    return {renamed(key, names): renamed(value, names) for key, value in seen.items()}


def renamed(text, names):
    if not isinstance(text, str):
        return text
    for tag, serial in names.items():
        text = text.replace(tag, serial)
    return text


def sealed_by(stick):
    """Return the batch with the same ids and runs for every stick, so that workshops compare."""
    names = itertools.count()
    known = defaultdict(lambda: uuid5(NAMESPACE_URL, f"any-order/{next(names)}"))
    letters, stick.previous = batch(stick), None
    return [
        stick.seal(
            replace(
                letter.statement,
                id=known[letter.statement.id],
                run=known[letter.statement.run],
                previous=stick.previous,
            )
        )
        for letter in letters
    ]


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(9)), doubled=st.lists(st.integers(0, 8), max_size=3))
def test_any_order_and_any_repetition_end_in_one_state(tmp_path_factory, order, doubled):
    folder = tmp_path_factory.mktemp("evidence")
    straight = stripped(end_state(folder, range(9)))
    shuffled = stripped(end_state(folder, [*order, *doubled]))

    assert straight == shuffled
    assert straight["PF0XYZ12.state"] == "wiped"


def stripped(seen):
    """Leave out what names the stick's key: sticks of two workshops have two."""
    return {key: value for key, value in seen.items() if not key.endswith("sha256")}


def test_every_order_of_one_machine(tmp_path):
    """All 24 orders of inventory, interruption, success and inspection."""
    seen = [stripped(end_state(tmp_path, order)) for order in itertools.permutations(range(4))]

    assert all(one == seen[0] for one in seen)
    assert seen[0]["PF0XYZ12.state"] == "wiped"


def lived_in(workshop):
    """Let a workshop have a past: holds, a handover, a device that came back, one scrapped."""
    stick, lead = enrolled(workshop), account(workshop, Role.LEAD)
    first = graded(workshop, stick, lead, another(1))
    second = graded(workshop, stick, lead, another(2))
    third = graded(workshop, stick, lead, another(3))
    with workshop.work(lead, later(1)) as work:
        scrap_device(work, second, "écran cassé")
        hold_device(work, third, "à revoir")
    with workshop.work(lead, later(2)) as work:
        resume_device(work, third, "revu")
    release(workshop, first, later(3))
    for number, facts in enumerate((another(1), another(2), another(3))):
        send(workshop, stick.boot().inventory(facts), now=later(4 + number))
    with workshop.work(lead, later(10)) as work:
        take_back(work, first, "rendu")
    send(workshop, stick.boot().inventory(another(1)), now=later(11))
    send(workshop, stick.erasure(another(1).drives[0]), now=later(12))
    return first, second, third


def release(workshop, device_id, now):
    """Put a graded device where a handover would have put it."""
    with workshop.work(NOBODY, now) as work:
        device = step.device_of(work, device_id)
        step.from_evidence(work, device, Event.ALLOCATE, Role.OFFICER)
    actor = account(workshop, Role.OFFICER)
    with workshop.work(actor, now) as work:
        step.by_person(work, step.device_of(work, device_id), Event.HAND_OVER)


def test_evidence_and_history_give_every_projection_again(workshop):
    first, second, third = lived_in(workshop)
    with workshop.work(NOBODY, later(20), reading=True) as work:
        assert differences(work) == ()
        states = [
            work.session.get(Device, (work.site_id, one)).state for one in (first, second, third)
        ]
    # the erasure after the return names no server time after the return, so it proves nothing
    assert states == ["examined", "scrapped", "wiped"]


def test_a_changed_projection_is_named(workshop):
    lived_in(workshop)
    with workshop.work(NOBODY, later(20)) as work:
        work.session.execute(update(DeviceDrive).values(holds_data=False))
        work.session.execute(update(DriveRow).values(epoch=DriveRow.epoch + 1))

    with workshop.work(NOBODY, later(21), reading=True) as work:
        found = differences(work)

    assert any("holds_data: False stored, True from evidence" in line for line in found)
    assert any(".epoch: " in line for line in found)


def test_changed_or_missing_evidence_is_named(workshop):
    lived_in(workshop)
    victim = next(workshop.evidence.folder.glob("*/*"))
    victim.write_bytes(victim.read_bytes() + b" ")

    with workshop.work(NOBODY, later(21), reading=True) as work:
        (line,) = differences(work)

    assert victim.name in line


def test_other_rules_are_no_contradiction(workshop):
    lived_in(workshop)
    rules = workshop.rules
    edition = replace(rules.grading.edition, sha256="0" * 64)
    newer = type(rules)(
        health=rules.health, grading=replace(rules.grading, edition=edition, rules=())
    )

    with workshop.work(NOBODY, later(21), reading=True) as work:
        found = differences(dataclasses.replace(work, rules=newer))

    assert found == ()
