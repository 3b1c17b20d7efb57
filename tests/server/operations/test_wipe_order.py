"""Orders: what donor, lot and workshop say, signed, for one machine and one boot."""

import msgspec
import pytest
from bench import account, another, device_of, enrolled, receipt, send
from firmware_erasures import SSD, firmware_erasure
from moments import NOON, later
from msgspec.structs import replace

from rebond_schemas.codec import encode
from rebond_schemas.erasure import Level, Method
from rebond_schemas.order import ErasurePolicy, OrderRequest, WipeOrder
from rebond_schemas.plan_law import Regime
from rebond_schemas.signing import (
    ORDER_REQUEST_TYPE,
    ORDER_TYPE,
    new_key,
    public_key,
    sign,
    verified,
)
from rebond_server.domain.erasure_order import policy_of
from rebond_server.domain.errors import Forbidden
from rebond_server.domain.lot import ErasurePolicy as Asked
from rebond_server.domain.lot import LotKind
from rebond_server.domain.role import Role
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.errors import NotProven
from rebond_server.operations.answers import Accepted, Status
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.erasure_policy import record_policy
from rebond_server.operations.evidence_of import order_named
from rebond_server.operations.grade_device import confirm_grade
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.put_in_lot import put_in_lot
from rebond_server.operations.recompute import differences
from rebond_server.operations.wipe_order import give_order
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.device import Device, DriveRow, JudgementRow


@pytest.fixture
def stick(workshop):
    return enrolled(workshop)


@pytest.fixture
def lead(workshop):
    return account(workshop, Role.LEAD)


def lot(workshop, code="L1", asked=None):
    facts = LotFacts(
        code=code, name=code, kind=LotKind.ANNEX, regime=Regime.PRIVATE, erasure_policy=asked
    )
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        record_lot(work, facts)


def policy(workshop, code, now=NOON, *, unattended=False, **fields):
    with workshop.work(command_line(Role.LEAD), now) as work:
        record_policy(work, code, ErasurePolicy(**fields), unattended=unattended)


def ask(workshop, stick, run=None, key=None, now=NOON):
    raw = encode(OrderRequest(stick=stick.id, run=run))
    with workshop.work(NOBODY, now) as work:
        return give_order(work, raw, stick.id, sign(key or stick.key, ORDER_REQUEST_TYPE, raw))


def order(workshop, answer) -> WipeOrder:
    assert isinstance(answer, Accepted), answer
    assert verified(public_key(workshop.server_key), ORDER_TYPE, answer.body, answer.signature)
    return msgspec.json.decode(answer.body, type=WipeOrder)


def filed(workshop, stick, code, facts=None):
    """Let a machine be reported and put into a lot; return its tag."""
    letter = stick.boot().inventory(facts or another(1))
    tag = receipt(send(workshop, letter)).device
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        put_in_lot(work, [device_of(workshop, tag).id], code)
    return tag


def test_nobody_weakens_another_s_word():
    lenient = ErasurePolicy(never_firmware=("Crucial",), sample_percent=10)
    strict = ErasurePolicy(level=Level.PURGE, never_firmware=("Intel",), admit_ieee=True)
    assert policy_of(None, None, None) == ErasurePolicy()
    assert policy_of(None, None, strict) == strict
    of_lot = policy_of(Asked.CLEAR, lenient, strict)
    assert (of_lot.level, of_lot.never_firmware) == (Level.CLEAR, ("Crucial", "Intel"))
    assert policy_of(Asked.PURGE, lenient, None).level is Level.PURGE
    assert policy_of(Asked.CLEAR, strict, None).level is Level.PURGE
    destroyed = policy_of(Asked.DESTRUCT, None, None)
    assert (destroyed.level, destroyed.destroy) == (Level.PURGE, True)


def test_the_order_of_a_machine_is_that_of_its_lot_and_the_same_until_it_changes(workshop, stick):
    lot(workshop, asked=Asked.PURGE)
    policy(workshop, None, never_firmware=("Bridge X",))
    policy(workshop, "L1", sample_percent=100, unattended=True)
    tag = filed(workshop, stick, "L1")
    first = order(workshop, ask(workshop, stick, stick.run))
    assert (first.lot, first.device, first.run) == ("L1", tag, stick.run)
    assert (first.stick, first.site, first.unattended) == (stick.id, workshop.site_id, True)
    assert first.policy == ErasurePolicy(
        level=Level.PURGE, sample_percent=100, never_firmware=("Bridge X",)
    )
    assert order(workshop, ask(workshop, stick, stick.run, now=later(1))).id == first.id
    policy(workshop, "L1", sample_percent=50)
    changed = order(workshop, ask(workshop, stick, stick.run, now=later(2)))
    assert changed.id != first.id
    assert not changed.unattended
    with workshop.work(NOBODY, NOON, reading=True) as work:
        assert order_named(work, str(first.id)) == first, "what an erasure named stays readable"
        assert order_named(work, "no order") is None


def test_no_machine_is_erased_alone_without_its_own_lot_s_order(workshop, stick):
    policy(workshop, None, unattended=True)
    lot(workshop)
    policy(workshop, "L1", unattended=True)
    standing = order(workshop, ask(workshop, stick))
    unknown = order(workshop, ask(workshop, stick, stick.run))
    send(workshop, stick.boot().inventory(another(2)))
    no_lot = order(workshop, ask(workshop, stick, stick.run))
    assert [one.unattended for one in (standing, unknown, no_lot)] == [False] * 3
    assert standing.id == unknown.id
    assert unknown.run is None
    other = enrolled(workshop, "clé 2")
    filed(workshop, stick, "L1", another(3))
    assert order(workshop, ask(workshop, other, stick.run)).run is None, "another stick's run"
    assert order(workshop, ask(workshop, stick, stick.run)).unattended


def test_a_machine_already_erased_is_not_erased_alone(workshop, stick):
    lot(workshop)
    policy(workshop, "L1", unattended=True)
    filed(workshop, stick, "L1")
    send(workshop, stick.erasure(another(1).drives[0]))
    assert not order(workshop, ask(workshop, stick, stick.run)).unattended


def test_strangers_get_no_order(workshop, stick):
    assert ask(workshop, stick, key=new_key()).status is Status.NOT_KNOWN
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        revoke_stick(work, stick.id, "perdue")
    assert ask(workshop, stick).status is Status.NOT_KNOWN


def test_who_sets_policies(workshop):
    technician = account(workshop, Role.TECHNICIAN)
    with pytest.raises(Forbidden), workshop.work(technician, NOON) as work:
        record_policy(work, None, ErasurePolicy())


def test_the_verdict_admits_ieee_only_where_the_order_of_that_erasure_does(workshop, stick):
    """An order is evidence: what it admits stays so, whatever is asked later."""
    lot(workshop)
    policy(workshop, "L1", level=Level.PURGE, admit_ieee=True)
    facts = replace(another(7), drives=(SSD,))
    tag = filed(workshop, stick, "L1", facts)
    told = order(workshop, ask(workshop, stick, stick.run))
    enhanced = firmware_erasure(Method.ATA_SECURITY_ERASE_ENHANCED)
    fields = {
        name: getattr(enhanced, name) for name in ("method", "passes", "level", "hidden_area")
    }
    send(workshop, stick.erasure(SSD, order=None, **fields))
    without = standing(workshop, tag)
    send(workshop, stick.erasure(SSD, order=str(told.id), **fields), later(1))
    policy(workshop, "L1", later(2), admit_ieee=False)
    assert (without, standing(workshop, tag)) == (Verdict.CLEARED, Verdict.PURGED)
    with workshop.work(NOBODY, later(3), reading=True) as work:
        assert differences(work) == ()


def standing(workshop, tag):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        device = work.session.query(Device).filter_by(tag=tag).one()
        (drive,) = work.session.query(DriveRow).filter_by(device_id=device.id)
        return work.session.get(JudgementRow, (device.site_id, drive.judgement_id)).verdict


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [(None, None), (Asked.CLEAR, None), (Asked.PURGE, "Purge"), (Asked.DESTRUCT, "destruction")],
)
def test_a_device_goes_on_only_with_what_its_donor_asked(workshop, stick, lead, asked, refusal):
    lot(workshop, asked=asked)
    facts = another(5)
    tag = filed(workshop, stick, "L1", facts)
    send(workshop, stick.erasure(facts.drives[0]))
    send(workshop, stick.inspection())
    device = device_of(workshop, tag)
    if refusal is None:
        with workshop.work(lead, NOON) as work:
            confirm_grade(work, device.id)
        return
    with pytest.raises(NotProven, match=refusal), workshop.work(lead, NOON) as work:
        confirm_grade(work, device.id)
