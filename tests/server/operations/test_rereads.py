"""Second reads: drawn by the server, confirmed by another stick, contradicted for good."""

import pytest
from bench import SSD, account, device_of, enrolled, receipt, send
from erasures import good_erasure
from moments import later
from msgspec.structs import replace

from rebond_schemas.erasure import Ending, Method
from rebond_server.domain.errors import Forbidden
from rebond_server.domain.reread_draw import drawn, list_sha256
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue
from rebond_server.operations.draw_rereads import draw_rereads
from rebond_server.operations.issue_certificate import issue_certificate
from rebond_server.operations.recompute import differences
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import JudgementRow
from rebond_server.store.proof import Withdrawal
from rebond_server.store.queries.rereads import RereadState, draws

WRITE, READ = good_erasure(SSD).passes


@pytest.fixture
def first(workshop):
    return enrolled(workshop)


@pytest.fixture
def second(workshop):
    return enrolled(workshop, "clé 2")


@pytest.fixture
def lead(workshop):
    return account(workshop, Role.LEAD)


@pytest.fixture
def device(workshop, first):
    tag = receipt(send(workshop, first.inventory())).device
    send(workshop, first.erasure(operator="Awa"))
    found = device_of(workshop, tag)
    assert found.state == "wiped"
    return found


def draw(workshop, who, percent=5.0, now=None):
    with workshop.work(who, now or later(1)) as work:
        return draw_rereads(work, percent)


def read(workshop, stick, done=READ, **changes):
    """Deliver a second read of the drive, as a stick that writes nothing would."""
    send(workshop, stick.boot().inventory(), later(2))
    known = {"method": Method.NONE, "passes": (done,), "operator": "Bruno"}
    return send(workshop, stick.erasure(**(known | changes)), later(2))


def line(workshop):
    with workshop.work(NOBODY, later(9), reading=True) as work:
        (one,) = draws(work.session, work.site_id)
        assert list_sha256(one.candidates) == one.sha256
        assert drawn(one.candidates, one.seed, one.percent) == one.judgements
        return one.lines[0]


def told_by(workshop, rows):
    with workshop.work(NOBODY, later(9), reading=True) as work:
        return work.session.query(rows).count(), differences(work)


def test_a_drive_is_drawn_once_and_awaits(workshop, device, lead):
    assert draw(workshop, lead) == 1
    assert line(workshop).tag == device.tag
    assert line(workshop).state is RereadState.AWAITS
    with pytest.raises(BadValue, match="Aucun disque"):
        draw(workshop, lead)
    for percent in (0, -1, 101, float("nan")):
        with pytest.raises(BadValue, match="entre 0 et 100"):
            draw(workshop, lead, percent)


@pytest.mark.usefixtures("device")
def test_only_the_lead_draws(workshop):
    for role in (Role.TECHNICIAN, Role.OFFICER, Role.ADMIN):
        with pytest.raises(Forbidden):
            draw(workshop, account(workshop, role))


def test_another_stick_confirms_and_the_proof_stays(workshop, device, second, lead):
    draw(workshop, lead)
    read(workshop, second)
    assert line(workshop).state is RereadState.CONFIRMED
    assert line(workshop).other_person is True
    assert device_of(workshop, device.tag).state == "wiped"
    assert told_by(workshop, JudgementRow) == (1, ())


@pytest.mark.usefixtures("device")
def test_a_person_who_is_not_told_is_not_another_person(workshop, second, lead):
    draw(workshop, lead)
    read(workshop, second, operator=None)
    assert line(workshop).state is RereadState.CONFIRMED
    assert line(workshop).other_person is None


@pytest.mark.parametrize(
    ("done", "changes"),
    [
        (READ, {"operator": "Awa"}),
        (replace(READ, complete=False), {}),
        (replace(READ, coverage_percent=40.0), {}),
        (replace(READ, bytes_done=READ.bytes_done - 512), {}),
        (replace(READ, direct_io=False), {}),
        (replace(READ, own_process=None), {}),
        (replace(READ, fault_count=1), {}),
        (replace(READ, bytes_skipped=512), {}),
        (replace(READ, pattern="none"), {}),
        (replace(READ, pattern="aes_256_ctr", key="ab" * 32, mismatch_count=9), {}),
        (READ, {"identity_checked": False}),
    ],
)
def test_what_did_not_look_properly_decides_nothing(workshop, device, second, lead, done, changes):
    draw(workshop, lead)
    read(workshop, second, done, **changes)
    assert line(workshop).state is RereadState.AWAITS
    assert line(workshop).hint is not None
    assert device_of(workshop, device.tag).state == "wiped"


@pytest.mark.usefixtures("device")
def test_the_same_stick_cannot_confirm_itself(workshop, first, lead):
    draw(workshop, lead)
    read(workshop, first)
    assert line(workshop).state is RereadState.AWAITS
    assert "même clé" in line(workshop).hint.fr


def test_a_contradiction_withdraws_and_holds(workshop, device, second, lead):
    with workshop.work(lead, later(1)) as work:
        issue_certificate(work, device.id)
    draw(workshop, lead)
    read(workshop, second, replace(READ, mismatch_count=1))
    assert line(workshop).state is RereadState.CONTRADICTED
    assert device_of(workshop, device.tag).state == "held"
    assert told_by(workshop, Withdrawal) == (1, ())
    read(workshop, second)  # a good read afterwards takes nothing back
    assert line(workshop).state is RereadState.CONTRADICTED
    assert device_of(workshop, device.tag).state == "held"


@pytest.mark.usefixtures("device")
def test_a_second_erasure_is_not_called_a_confirmation(workshop, second, lead):
    draw(workshop, lead)
    send(workshop, second.boot().inventory(), later(2))
    send(workshop, second.erasure(operator="Bruno"), later(2))
    assert line(workshop).state is RereadState.ERASED_AGAIN


def test_reading_proves_no_erasure(workshop, second):
    tag = receipt(send(workshop, second.inventory())).device
    send(workshop, second.erasure(method=Method.NONE, passes=(READ,)))
    assert device_of(workshop, tag).state == "examined"
    send(workshop, second.erasure(method=Method.NONE, passes=(READ,), ending=Ending.FAILED))
    assert device_of(workshop, tag).state == "examined"


def test_a_claim_of_erasure_without_writing_still_fails(workshop, device, second):
    send(workshop, second.boot().inventory(), later(2))
    send(workshop, second.erasure(passes=(READ,)), later(2))
    assert device_of(workshop, device.tag).state == "examined"
