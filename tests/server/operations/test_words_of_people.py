"""What people may add to the evidence: the lead's acceptance, two witnesses; and what they may not."""

import pytest
from bench import LAPTOP, SSD, account, device_of, enrolled, receipt, send
from moments import later
from msgspec.structs import replace
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from rebond_schemas.erasure import HiddenArea
from rebond_server.domain.errors import Forbidden, Refused
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, Taken
from rebond_server.operations.accept_limits import accept_limits
from rebond_server.operations.recompute import differences
from rebond_server.operations.witness import witness_destruction, witness_no_media
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.proof import Acceptance, Witness
from rebond_server.store.queries.standing import standing

EMPTY = replace(LAPTOP, drives=(), drives_hidden=False)


@pytest.fixture
def stick(workshop):
    return enrolled(workshop)


@pytest.fixture
def lead(workshop):
    return account(workshop, Role.LEAD)


def limited(workshop, stick):
    """Let a laptop come whose drive keeps a limit; return its tag and its drive."""
    tag = receipt(send(workshop, stick.inventory())).device
    send(workshop, stick.erasure(hidden_area=HiddenArea.UNKNOWN))
    device = device_of(workshop, tag)
    assert device.state is State.EXAMINED
    with workshop.work(NOBODY, later(1), reading=True) as work:
        return tag, work.session.scalars(select(DriveRow.id)).one()


def test_accepted_limits_let_the_device_go_on(workshop, stick, lead):
    tag, drive = limited(workshop, stick)
    with workshop.work(lead, later(1)) as work:
        accept_limits(work, drive, "disque de 2012 sans HPA connue, convenu avec le donateur")
    device = device_of(workshop, tag)
    assert device.state is State.WIPED
    with workshop.work(NOBODY, later(1), reading=True) as work:
        found = standing(work.session, work.session.get_one(Device, (work.site_id, device.id)))
        assert found.sanitised
        assert found.drives[0].accepted == ("lead", found.drives[0].accepted[1])
        assert differences(work) == ()


def test_only_the_lead_with_a_reason_and_only_limits(workshop, stick, lead):
    tag, drive = limited(workshop, stick)
    technician = account(workshop, Role.TECHNICIAN)
    with pytest.raises(Forbidden), workshop.work(technician, later(1)) as work:
        accept_limits(work, drive, "oui")
    with pytest.raises(BadValue), workshop.work(lead, later(1)) as work:
        accept_limits(work, drive, "  ")
    with workshop.work(lead, later(1)) as work:
        accept_limits(work, drive, "convenu")
    with pytest.raises(BadValue), workshop.work(lead, later(1)) as work:
        accept_limits(work, drive, "convenu")
    assert device_of(workshop, tag).state is State.WIPED


def test_another_judgement_needs_another_acceptance(workshop, stick, lead):
    tag, drive = limited(workshop, stick)
    with workshop.work(lead, later(1)) as work:
        accept_limits(work, drive, "convenu")
    send(workshop, stick.erasure(hidden_area=HiddenArea.UNKNOWN), later(2))
    assert device_of(workshop, tag).state is State.EXAMINED


def test_the_database_takes_no_acceptance_of_a_failure(workshop, stick, lead):
    receipt(send(workshop, stick.inventory()))
    send(workshop, stick.erasure(passes=()))
    with workshop.work(NOBODY, later(1), reading=True) as work:
        judgement = work.session.scalars(select(JudgementRow)).one()
    forged = insert(Acceptance).values(
        site_id=judgement.site_id, id=judgement.id, judgement_id=judgement.id,
        drive_id=judgement.drive_id, accepted_by=lead.id, reason="x", at=later(1),
    )  # fmt: skip
    with pytest.raises(DBAPIError, match="with limits"), workshop.work(NOBODY, later(1)) as work:
        work.session.execute(forged)


@pytest.fixture
def driveless(workshop, stick):
    return device_of(workshop, receipt(send(workshop, stick.inventory(EMPTY))).device)


def test_two_people_declare_a_device_driveless(workshop, driveless, lead):
    technician = account(workshop, Role.TECHNICIAN)
    with workshop.work(technician, later(1)) as work:
        assert witness_no_media(work, driveless.id, "trappe ouverte, baie vide") == 1
    assert device_of(workshop, driveless.tag).state is State.EXAMINED
    with pytest.raises(Taken), workshop.work(technician, later(1)) as work:
        witness_no_media(work, driveless.id, "encore moi")
    with workshop.work(lead, later(1)) as work:
        assert witness_no_media(work, driveless.id, "vu aussi") == 2
    assert device_of(workshop, driveless.tag).state is State.WIPED
    with workshop.work(NOBODY, later(1), reading=True) as work:
        assert differences(work) == ()


def test_a_drive_that_turns_up_undoes_the_declaration(workshop, stick, driveless, lead):
    for who in (account(workshop, Role.TECHNICIAN), lead):
        with workshop.work(who, later(1)) as work:
            witness_no_media(work, driveless.id, "baie vide")
    send(workshop, stick.inventory(LAPTOP), later(2))
    assert device_of(workshop, driveless.tag).state is State.EXAMINED


@pytest.mark.parametrize("hidden", [True, None])
def test_no_declaration_where_drives_may_hide_or_are_seen(workshop, stick, lead, hidden):
    facts = replace(EMPTY, drives_hidden=hidden)
    device = device_of(workshop, receipt(send(workshop, stick.inventory(facts))).device)
    with pytest.raises(BadValue), workshop.work(lead, later(1)) as work:
        witness_no_media(work, device.id, "je suis sûr")


def test_one_account_twice_is_no_two_people_in_the_database(workshop, driveless, lead):
    with workshop.work(lead, later(1)) as work:
        witness_no_media(work, driveless.id, "baie vide")
        row = work.session.scalars(select(Witness)).one()
        work.session.execute(
            insert(Witness).values(
                site_id=row.site_id, id=driveless.id, what=row.what, device_id=row.device_id,
                cycle=row.cycle, seen_by=row.seen_by, reason="encore", at=row.at,
            )
        )  # fmt: skip
    change = update(Device).where(Device.id == driveless.id).values(state=State.WIPED)
    with (
        pytest.raises(DBAPIError, match="not every drive"),
        workshop.work(NOBODY, later(1)) as work,
    ):
        work.session.execute(change)


def test_a_destroyed_drive_blocks_until_a_report_no_longer_sees_it(workshop, stick, lead):
    tag = receipt(send(workshop, stick.inventory())).device
    device = device_of(workshop, tag)
    with workshop.work(NOBODY, later(1), reading=True) as work:
        drive = work.session.scalars(select(DriveRow.id)).one()
    for who in (account(workshop, Role.TECHNICIAN), lead):
        with workshop.work(who, later(1)) as work:
            witness_destruction(work, drive, "percé trois fois")
            seen = standing(work.session, work.session.get_one(Device, (work.site_id, device.id)))
    assert seen.drives[0].destroyed
    assert not seen.sanitised
    assert device_of(workshop, tag).state is State.EXAMINED
    other = replace(SSD, identity=replace(SSD.identity, serial="NEUF-1", wwn=None))
    send(workshop, stick.inventory(replace(LAPTOP, drives=(other,))), later(2))
    send(workshop, stick.erasure(other), later(2))
    assert device_of(workshop, tag).state is State.WIPED


@pytest.mark.parametrize("table", ["acceptance", "witness"])
def test_words_stay(workshop, stick, lead, table):
    _, drive = limited(workshop, stick)
    with workshop.work(lead, later(1)) as work:
        accept_limits(work, drive, "convenu")
        witness_destruction(work, drive, "percé")
    with (
        pytest.raises((DBAPIError, Refused), match="append-only"),
        workshop.work(NOBODY, later(2)) as work,
    ):
        work.session.execute(text(f"UPDATE {table} SET reason = 'autre'"))  # noqa: S608 - two fixed names
