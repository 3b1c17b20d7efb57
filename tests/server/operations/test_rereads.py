"""Second reads: drawn by the server, confirmed by another stick, contradicted for good."""

from uuid import uuid4

import pytest
from bench import LAPTOP, SSD, account, device_of, enrolled, receipt, send
from erasures import good_erasure
from firmware_erasures import SSD as FIRMWARE_SSD
from firmware_erasures import firmware_erasure
from moments import later
from msgspec.structs import replace

from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.erasure import Ending, Method
from rebond_schemas.order import OrderRequest, WipeOrder
from rebond_schemas.read_order import ReadOrder
from rebond_schemas.signing import (
    ORDER_REQUEST_TYPE,
    READ_ORDER_REQUEST_TYPE,
    READ_ORDER_TYPE,
    new_key,
    public_key,
    sign,
    verified,
)
from rebond_server.domain.errors import Forbidden
from rebond_server.domain.reread_draw import drawn, list_sha256
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue
from rebond_server.operations.answers import Accepted, Status
from rebond_server.operations.draw_rereads import draw_rereads
from rebond_server.operations.issue_certificate import certificate_of, issue_certificate
from rebond_server.operations.read_order import give_read_order
from rebond_server.operations.recompute import differences
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import JudgementRow
from rebond_server.store.proof import Withdrawal
from rebond_server.store.queries.rereads import RereadState, draws

FIRMWARE_LAPTOP = replace(LAPTOP, drives=(FIRMWARE_SSD,))
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


def asked(workshop, stick, now=None, *, run=None, key=None, kind=READ_ORDER_REQUEST_TYPE):
    """Ask what to read again; return the order, or how it was declined."""
    raw = encode(OrderRequest(stick=stick.id, run=run or stick.run))
    with workshop.work(NOBODY, now or later(2)) as work:
        answer = give_read_order(work, raw, stick.id, sign(key or stick.key, kind, raw))
    if not isinstance(answer, Accepted):
        return answer
    assert verified(public_key(workshop.server_key), READ_ORDER_TYPE, answer.body, answer.signature)
    with pytest.raises(Unreadable):
        decode_as(answer.body, WipeOrder)  # it can start nothing
    return decode_as(answer.body, ReadOrder)


def read(workshop, stick, done=READ, **changes):
    """Deliver a second read of the drive that the server ordered, as the agent would."""
    send(workshop, stick.boot().inventory(), later(2))
    order = asked(workshop, stick)
    known = {"method": Method.NONE, "passes": (done,), "operator": "Bruno", "order": str(order.id)}
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
    with workshop.work(lead, later(3)) as work:
        (told,) = certificate_of(issue_certificate(work, device.id)).drives
    assert (told.operator, told.reread.reader, told.reread.stick) == ("Awa", "Bruno", "clé 2")


def test_the_order_tells_what_the_erasure_left_and_no_more(workshop, device, first, second, lead):
    send(workshop, second.boot().inventory(), later(1))
    assert asked(workshop, second).drives == ()
    draw(workshop, lead)
    order = asked(workshop, second)
    (one,) = order.drives
    assert (order.device, order.stick, order.run) == (device.tag, second.id, second.run)
    assert (one.drive, one.size_bytes) == (SSD.identity, SSD.identity.size_bytes)
    assert (one.action, one.pattern, one.key, one.not_by) == ("read_back", "zeros", None, "Awa")
    assert asked(workshop, second, later(3)) == order, "the same run gets the same order"
    send(workshop, first.boot().inventory(), later(3))
    own = asked(workshop, first, later(3))
    assert (own.drives, own.same_stick) == ((), 1), "whoever erased it cannot read it again"


@pytest.mark.usefixtures("device")
def test_only_a_known_stick_asks_for_itself_and_for_a_run_it_reported(workshop, second, lead):
    draw(workshop, lead)
    assert asked(workshop, second).drives == (), "of this run no inventory was sent"
    assert asked(workshop, second, key=new_key()).status is Status.NOT_KNOWN
    assert asked(workshop, second, kind=ORDER_REQUEST_TYPE).status is Status.NOT_KNOWN


def test_an_erasure_by_the_drive_itself_is_read_by_its_canaries(workshop, first, second, lead):
    send(workshop, first.boot().inventory(FIRMWARE_LAPTOP))
    done = firmware_erasure(
        Method.ATA_SANITIZE_BLOCK, FIRMWARE_SSD, **first._next({"operator": "Awa"})
    )
    marked = tuple(
        replace(p, sample_seed="cd" * 16) if p.action.startswith("canary") else p
        for p in done.passes
    )
    done = replace(done, passes=marked)
    send(workshop, first.seal(done))
    draw(workshop, lead)
    send(workshop, second.boot().inventory(FIRMWARE_LAPTOP), later(2))
    order = asked(workshop, second)
    (one,) = order.drives
    planted = next(p for p in done.passes if p.action == "canary_write")
    assert (one.action, one.key, one.sample_seed) == (
        "canary_read",
        planted.key,
        planted.sample_seed,
    )
    looked = next(p for p in reversed(done.passes) if p.action == "canary_read")
    known = {"method": Method.NONE, "operator": "Bruno", "order": str(order.id)}
    for wrong in (
        {"sample_places": 1},
        {"bytes_done": 4096},
        {"key": "ab" * 32},
        {"sample_seed": "ab"},
    ):
        passes = (replace(looked, **wrong),)
        send(workshop, second.erasure(FIRMWARE_SSD, passes=passes, **known), later(2))
        assert line(workshop).state is RereadState.AWAITS, wrong
    send(workshop, second.erasure(FIRMWARE_SSD, passes=(looked,), **known), later(2))
    assert line(workshop).state is RereadState.CONFIRMED


@pytest.mark.parametrize(
    ("done", "changes"),
    [
        (READ, {"operator": "Awa"}),
        (READ, {"operator": " AWA "}),
        (READ, {"operator": None}),
        (READ, {"order": None}),
        (READ, {"order": str(uuid4())}),
        (READ, {"ending": Ending.INTERRUPTED}),
        (replace(READ, complete=False, bytes_done=0), {"ending": Ending.FAILED}),
        (replace(READ, seconds=0.001), {}),
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
    with workshop.work(lead, later(3)) as work:
        (told,) = certificate_of(issue_certificate(work, device.id)).drives
    assert told.reread is None
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


def test_a_read_that_was_cut_short_withdraws_nothing(workshop, device, second, lead):
    with workshop.work(lead, later(1)) as work:
        issue_certificate(work, device.id)
    draw(workshop, lead)
    read(workshop, second, replace(READ, complete=False, bytes_done=512), ending=Ending.INTERRUPTED)
    assert line(workshop).state is RereadState.AWAITS
    assert device_of(workshop, device.tag).state == "wiped"
    assert told_by(workshop, Withdrawal) == (0, ())


def test_a_difference_counts_even_where_the_read_was_cut_short(workshop, device, second, lead):
    draw(workshop, lead)
    cut = replace(READ, complete=False, bytes_done=512, mismatch_count=1)
    read(workshop, second, cut, ending=Ending.INTERRUPTED)
    assert line(workshop).state is RereadState.CONTRADICTED
    assert device_of(workshop, device.tag).state == "held"


def test_a_read_of_an_earlier_run_or_of_another_stick_s_order_confirms_nothing(
    workshop, device, second, lead
):
    third = enrolled(workshop, "clé 3")
    draw(workshop, lead)
    send(workshop, third.boot().inventory(), later(2))
    theirs = asked(workshop, third)
    read(workshop, second, order=str(theirs.id))
    assert line(workshop).state is RereadState.AWAITS
    old = asked(workshop, third)
    send(workshop, third.boot().inventory(), later(2))
    known = {"method": Method.NONE, "passes": (READ,), "operator": "Bruno", "order": str(old.id)}
    send(workshop, third.erasure(**known), later(2))
    assert line(workshop).state is RereadState.AWAITS
    assert device_of(workshop, device.tag).state == "wiped"


def test_who_erased_must_be_told_too(workshop, first, second, lead):
    send(workshop, first.inventory())
    send(workshop, first.erasure())
    draw(workshop, lead)
    read(workshop, second)
    assert line(workshop).state is RereadState.AWAITS
    assert "qui l'a fait" in line(workshop).hint.fr


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
