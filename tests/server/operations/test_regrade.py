"""Rules that change: tried without writing, adopted with a date, graded again, stopped and resumed."""

from datetime import date, timedelta

import pytest
from bench import account as account_of
from bench import another, device_of, enrolled, graded, receipt, send
from devices import LAPTOP, SSD
from moments import NOON
from msgspec.structs import replace
from sqlalchemy import func, select, update

from rebond_schemas.facts import Memory
from rebond_server.domain.errors import BadRules, Forbidden
from rebond_server.domain.part import PartKind, Spec
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue
from rebond_server.operations.declare import declare
from rebond_server.operations.parts import add_parts, move_part, stock_of, use_part
from rebond_server.operations.recompute import differences
from rebond_server.operations.regrade import regrade_all, regrade_batch, remaining
from rebond_server.operations.rules_in_force import (
    adopt_rules,
    adoptions,
    read_proposed,
    shipped_text,
)
from rebond_server.operations.simulate_rules import simulate
from rebond_server.rules.load import DRIVE_HEALTH, GRADING, MARKS, SUITABILITY, rule_text
from rebond_server.store.device import Device, DeviceDrive, GradeRow

TODAY = NOON.date()
STRICT = (
    shipped_text(GRADING)
    .replace("value = 7600", "value = 15200")
    .replace('version = "2026-11b"', 'version = "strict"')
)


@pytest.fixture
def lead(sqlite_workshop):
    return account_of(sqlite_workshop, Role.LEAD)


@pytest.fixture
def tags(sqlite_workshop):
    stick = enrolled(sqlite_workshop)
    found = []
    for number in range(5):
        stick.boot()
        found.append(receipt(send(sqlite_workshop, stick.inventory(another(number)))).device)
        for drive in another(number).drives:
            send(sqlite_workshop, stick.erasure(drive))
        send(sqlite_workshop, stick.inspection())
    return found


def rows(work):
    return work.session.scalar(select(func.count()).select_from(GradeRow))


def test_a_simulation_says_who_and_why_and_writes_nothing(sqlite_workshop, lead, tags):
    with sqlite_workshop.work(lead, NOON) as work:
        before = rows(work)
        found = simulate(work, read_proposed(STRICT))
        assert rows(work) == before
    assert found.pairs == {("A", "C"): 5}
    assert found.changed == 5
    assert {change.tag for change in found.changes} == set(tags)
    assert "8 Go" in found.changes[0].reason.fr


def test_adopted_rules_are_in_force_from_their_day(sqlite_workshop, lead, tags):
    with sqlite_workshop.work(lead, NOON) as work:
        adopt_rules(work, STRICT, TODAY + timedelta(days=7), "essai")
    with sqlite_workshop.work(lead, NOON) as work:
        assert work.rules.grading.edition.version == "2026-11b"
    with sqlite_workshop.work(lead, NOON + timedelta(days=7)) as work:
        assert work.rules.grading.edition.version == "strict"
        assert [one.version for one in adoptions(work)] == ["strict"]
    with sqlite_workshop.work(lead, NOON + timedelta(days=8)) as work:
        adopt_rules(work, shipped_text(MARKS), TODAY + timedelta(days=8), "le réseau")
    with sqlite_workshop.work(lead, NOON + timedelta(days=8)) as work:
        assert work.rules.grading.edition.name == "grading-marks"
        assert simulate(work, work.rules.grading).pairs == {("A", "REVIEW"): 5}
    assert tags


def test_grading_again_stops_and_resumes_and_old_grades_keep_their_rules(
    sqlite_workshop, lead, tags
):
    with sqlite_workshop.work(lead, NOON) as work:
        old = {row.id: row.rules_sha256 for row in work.session.scalars(select(GradeRow))}
        adopt_rules(work, STRICT, TODAY, "essai")
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=1)) as work:
        first = regrade_batch(work, size=2)
        assert (first.graded, first.changed) == (2, 2)
        assert remaining(work) == 3
    # Stopped here; whoever begins anew passes over what is done.
    last, counts = None, []
    while True:
        with sqlite_workshop.work(lead, NOON + timedelta(minutes=2)) as work:
            done = regrade_batch(work, last, size=2)
        counts.append(done.graded)
        last = done.last
        if last is None:
            break
    assert counts == [0, 2, 1]
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=3)) as work:
        kept = {row.id: row.rules_sha256 for row in work.session.scalars(select(GradeRow))}
        assert old.items() <= kept.items()
        assert len(kept) == len(old) + 5
        assert differences(work) == ()
    device = device_of(sqlite_workshop, tags[0])
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=3)) as work:
        assert work.session.get_one(GradeRow, (work.site_id, device.grade_id)).overall == "C"


class Busy:
    """A clock that does something at its second look: the batch is weighed then, and not yet written."""

    def __init__(self, meanwhile):
        self.meanwhile, self.looks = meanwhile, 0

    def __call__(self):
        self.looks += 1
        if self.looks == 2:
            self.meanwhile()
        return NOON + timedelta(minutes=self.looks)


def test_a_device_that_changes_while_its_grade_waits_to_be_written_is_weighed_anew(
    sqlite_workshop, lead, tags
):
    device = device_of(sqlite_workshop, tags[0])
    with sqlite_workshop.work(lead, NOON) as work:
        adopt_rules(work, STRICT, TODAY, "essai")

    def dent():
        with sqlite_workshop.work(lead, NOON + timedelta(seconds=90)) as work:
            declare(work, device.id, {}, ["dent"], "tombé")

    steps = list(regrade_all(sqlite_workshop, lead, Busy(dent)))
    # its own new grade has the rules in force already: nothing is left to do for it
    assert [(step.graded, step.changed, step.last) for step in steps] == [(4, 4, None)]
    with sqlite_workshop.work(lead, NOON + timedelta(hours=1)) as work:
        device = work.session.get_one(Device, (work.site_id, device.id))
        row = work.session.get_one(GradeRow, (work.site_id, device.grade_id))
        assert row.facts["appearance"]["value"] is not None
        assert row.graded == NOON + timedelta(seconds=90)
        assert remaining(work) == 0
        assert differences(work) == ()


def test_rules_adopted_while_a_batch_waits_to_be_written_are_the_ones_that_count(
    sqlite_workshop, lead, tags
):
    with sqlite_workshop.work(lead, NOON) as work:
        adopt_rules(work, STRICT, TODAY, "essai")

    def stricter():
        with sqlite_workshop.work(lead, NOON + timedelta(seconds=90)) as work:
            other = STRICT.replace('version = "strict"', 'version = "other"')
            adopt_rules(work, other, TODAY, "essai")

    steps = list(regrade_all(sqlite_workshop, lead, Busy(stricter)))
    assert [(step.graded, step.changed) for step in steps] == [(len(tags), len(tags))]
    with sqlite_workshop.work(lead, NOON + timedelta(hours=1)) as work:
        assert work.rules.grading.edition.version == "other"
        assert remaining(work) == 0
        assert differences(work) == ()


def test_what_a_person_confirmed_stays(sqlite_workshop, lead):
    stick = enrolled(sqlite_workshop)
    device_id = graded(sqlite_workshop, stick, lead)
    with sqlite_workshop.work(lead, NOON) as work:
        adopt_rules(work, STRICT, TODAY, "essai")
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=1)) as work:
        assert regrade_batch(work).changed == 1
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=2)) as work:
        device = work.session.get_one(
            type(device_of(sqlite_workshop, "RB-000001")), (work.site_id, device_id)
        )
        assert work.session.get_one(GradeRow, (work.site_id, device.grade_id)).overall == "A"


def test_rules_are_refused_with_their_line_in_the_past_and_to_others(sqlite_workshop, lead):
    with sqlite_workshop.work(lead, NOON) as work:
        with pytest.raises(BadRules, match="Ligne"):
            adopt_rules(work, STRICT.replace("memory_installed", "memori"), TODAY, "essai")
        with pytest.raises(BadValue):
            adopt_rules(work, STRICT, date(2020, 1, 1), "essai")
        with pytest.raises(BadValue):
            adopt_rules(work, STRICT, TODAY, " ")
        with pytest.raises(BadValue):
            read_proposed("#" * 300_000)
    officer = account_of(sqlite_workshop, Role.OFFICER)
    with sqlite_workshop.work(officer, NOON) as work:
        with pytest.raises(Forbidden):
            adopt_rules(work, STRICT, TODAY, "essai")
        with pytest.raises(Forbidden):
            simulate(work, read_proposed(STRICT))


def test_a_defect_and_a_correction_grade_again_and_are_found_again(sqlite_workshop, lead, tags):
    device = device_of(sqlite_workshop, tags[0])
    with sqlite_workshop.work(lead, NOON) as work:
        declare(work, device.id, {"technical_delta": -1, "processor_mark": 5200}, ["dent"], "choc")
    with sqlite_workshop.work(lead, NOON) as work:
        known = work.session.get_one(type(device), (work.site_id, device.id))
        row = work.session.get_one(GradeRow, (work.site_id, known.grade_id))
        assert row.overall == "C"
        assert row.facts["appearance"]["value"] == "c"
        assert row.facts["processor_mark"]["value"] == 5200
        assert differences(work) == ()


@pytest.mark.parametrize(
    ("declared", "defects"),
    [
        ({"memory_installed": 8192}, []),
        ({"technical_delta": 3}, []),
        ({"processor_mark": "fast"}, []),
        ({}, ["dragon"]),
    ],
)
def test_what_cannot_be_declared(sqlite_workshop, lead, tags, declared, defects):
    device = device_of(sqlite_workshop, tags[0])
    with sqlite_workshop.work(lead, NOON) as work, pytest.raises(BadValue):
        declare(work, device.id, declared, defects, "essai")


def test_only_the_lead_corrects(sqlite_workshop, tags):
    device = device_of(sqlite_workshop, tags[0])
    technician = account_of(sqlite_workshop, Role.TECHNICIAN)
    with sqlite_workshop.work(technician, NOON) as work:
        declare(work, device.id, {"charger": True}, ["scratch"], "vu")
        with pytest.raises(Forbidden):
            declare(work, device.id, {"technical_delta": 1}, [], "essai")


def test_parts_are_added_moved_used_once(sqlite_workshop, lead, tags):
    device = device_of(sqlite_workshop, tags[0])
    spec = Spec(type="DDR4", form="SODIMM", size=8192)
    with sqlite_workshop.work(lead, NOON) as work:
        first, _ = add_parts(work, PartKind.MEMORY, spec, "A1", 2)
        assert [part.spec for part in stock_of(work)] == [spec, spec]
        move_part(work, first.id, "B2")
        use_part(work, first.id, device.id)
        assert len(stock_of(work)) == 1
        with pytest.raises(BadValue):
            use_part(work, first.id, device.id)
        with pytest.raises(BadValue):
            add_parts(work, PartKind.MEMORY, spec, " ", 1)
    assert replace(LAPTOP, memory=Memory())


# --- rules of drive health ----------------------------------------------------------------------

HARSH = (
    shipped_text(DRIVE_HEALTH)
    .replace('media = ["hdd"]\nfact = "power_on_hours"', 'media = ["ssd"]\nfact = "power_on_hours"')
    .replace("value = 37001", "value = 1")
    .replace('effect = "note"\nsource = "WEEE', 'effect = "fail"\nsource = "WEEE')
    .replace('version = "2026-11d"', 'version = "harsh"')
)
DISK = replace(SSD, smart=replace(SSD.smart, power_on_hours=12_000))


@pytest.fixture
def disks(sqlite_workshop):
    """Send three laptops with a drive each, the first one wiped."""
    stick = enrolled(sqlite_workshop)
    found = []
    for number in range(3):
        stick.boot()
        own = replace(DISK, identity=replace(DISK.identity, serial=f"W{number}", wwn=None))
        laptop = replace(another(number), drives=(own,))
        found.append(receipt(send(sqlite_workshop, stick.inventory(laptop))).device)
        if number == 0:
            send(sqlite_workshop, stick.erasure(own))
        send(sqlite_workshop, stick.inspection())
    return found


def healths(workshop, lead):
    with workshop.work(lead, NOON + timedelta(hours=1)) as work:
        rows = work.session.scalars(select(DeviceDrive).order_by(DeviceDrive.device_id))
        return [(row.health, row.health_sha256, len(row.health_reasons)) for row in rows]


def facts_told(workshop, lead):
    with workshop.work(lead, NOON + timedelta(hours=1)) as work:
        rows = work.session.execute(
            select(GradeRow.facts, GradeRow.overall)
            .join(Device, Device.grade_id == GradeRow.id)
            .order_by(Device.id)
        )
        return [(row.facts["drive_health"]["value"], row.overall) for row in rows]


def test_other_rules_of_drive_health_judge_the_stored_drives_again(sqlite_workshop, lead, disks):
    assert [health for health, _, _ in healths(sqlite_workshop, lead)] == ["ok"] * len(disks)
    with sqlite_workshop.work(lead, NOON) as work:
        before = rows(work)
        found = simulate(work, read_proposed(HARSH))
        assert (found.changed, found.pairs) == (3, {("A", "D"): 3})
        assert "disque" in found.changes[0].reason.fr
        assert rows(work) == before
    assert {health for health, _, _ in healths(sqlite_workshop, lead)} == {"ok"}
    with sqlite_workshop.work(lead, NOON) as work:
        adopt_rules(work, HARSH, TODAY, "essai")
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=1)) as work:
        assert work.rules.health.edition.version == "harsh"
        assert work.rules.grading.edition.version == "2026-11b"
        harsh = work.rules.health.edition.sha256
        assert remaining(work) == 3
        first = regrade_batch(work, size=1)
        assert (first.graded, first.changed) == (1, 1)
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=2)) as work:
        assert regrade_batch(work, first.last).changed == 2
        assert remaining(work) == 0
    assert healths(sqlite_workshop, lead) == [("fail", harsh, 1)] * 3
    assert facts_told(sqlite_workshop, lead) == [("fail", "D")] * 3
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=3)) as work:
        assert differences(work) == ()


def test_a_drive_judged_before_anybody_noted_by_which_rules_is_judged_again(
    sqlite_workshop, lead, disks
):
    with sqlite_workshop.work(lead, NOON) as work:
        work.session.execute(
            update(DeviceDrive).values(health_sha256=None, health="fail", health_facts=None)
        )
        adopt_rules(work, STRICT, TODAY, "essai")
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=1)) as work:
        assert regrade_batch(work).graded == 3
        mark = work.rules.health.edition.sha256
    assert [one[:2] for one in healths(sqlite_workshop, lead)] == [("ok", mark)] * 3
    assert disks


@pytest.mark.parametrize("kept", [True, False])
def test_what_the_wipe_showed_is_judged_again_too(sqlite_workshop, lead, kept):
    """The verdict rests on the erasure as well: it is read from the evidence, nothing is probed."""
    stick = enrolled(sqlite_workshop)
    stick.boot()
    laptop = replace(LAPTOP, drives=(DISK,))
    send(sqlite_workshop, stick.inventory(laptop))
    after = replace(DISK.smart, reallocated=2)
    send(sqlite_workshop, stick.erasure(DISK, smart_before=DISK.smart, smart_after=after))
    send(sqlite_workshop, stick.inspection())
    assert healths(sqlite_workshop, lead)[0][0] == "fail"
    mild = (
        shipped_text(DRIVE_HEALTH)
        .replace(
            'effect = "fail"\nsource = "une écriture entière qui fait lâcher',
            'effect = "review"\nsource = "une écriture entière qui fait lâcher',
        )
        .replace('version = "2026-11d"', 'version = "mild"')
    )
    with sqlite_workshop.work(lead, NOON) as work:
        if not kept:  # of a fact that came later: the evidence is asked
            work.session.execute(
                update(DeviceDrive).values(
                    health_facts={"medium": "ssd", "names": "others", "facts": {}}
                )
            )
        adopt_rules(work, mild, TODAY, "essai")
    with sqlite_workshop.work(lead, NOON + timedelta(minutes=1)) as work:
        regrade_batch(work)
    assert healths(sqlite_workshop, lead)[0][0] == "review"


def test_rules_of_both_kinds_are_in_force_side_by_side(sqlite_workshop, lead):
    with sqlite_workshop.work(lead, NOON) as work:
        adopt_rules(work, HARSH, TODAY, "essai")
        adopt_rules(work, STRICT, TODAY, "essai")
    with sqlite_workshop.work(lead, NOON) as work:
        editions = (work.rules.health.edition.version, work.rules.grading.edition.version)
        assert editions == ("harsh", "strict")
        with pytest.raises(BadValue, match="ne se change pas ici"):
            read_proposed(rule_text(SUITABILITY))


def test_what_other_rules_of_drive_health_leave_as_it_is_is_copied_and_the_rest_weighed(workshop):
    """One drive of two is judged otherwise; each device has a new grade, by both editions in force."""
    lead, stick = account_of(workshop, Role.LEAD), enrolled(workshop)
    tags = []
    for number, hours in enumerate((0, 12_000)):
        stick.boot()
        smart = replace(SSD.smart, power_on_hours=hours)
        identity = replace(DISK.identity, serial=f"W{number}", wwn=None)
        own = replace(DISK, smart=smart, identity=identity)
        laptop = replace(another(number), drives=(own,))
        tags.append(receipt(send(workshop, stick.inventory(laptop))).device)
    before = [newest_grade(workshop, lead, tag) for tag in tags]
    with workshop.work(lead, NOON) as work:
        adopt_rules(work, HARSH, TODAY, "essai")
    assert [step.graded for step in regrade_all(workshop, lead, lambda: NOON + timedelta(1))] == [2]
    same, other = (newest_grade(workshop, lead, tag) for tag in tags)
    assert same.id != before[0].id
    for name in ("overall", "axes", "reasons", "facts"):
        assert getattr(same, name) == getattr(before[0], name), name
    assert same.rules_sha256 == other.rules_sha256 != before[0].rules_sha256
    assert (before[1].facts["drive_health"]["value"], before[1].overall) != ("fail", other.overall)
    assert other.facts["drive_health"]["value"] == "fail"
    with workshop.work(lead, NOON + timedelta(days=2)) as work:
        assert remaining(work) == 0
        assert differences(work) == ()


def newest_grade(workshop, lead, tag):
    device = device_of(workshop, tag)
    with workshop.work(lead, NOON + timedelta(days=2)) as work:
        row = work.session.get_one(GradeRow, (work.site_id, device.grade_id))
        work.session.expunge(row)
        return row
