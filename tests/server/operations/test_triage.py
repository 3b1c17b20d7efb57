"""What only the lead can settle: each cause finds its device, and lets go of it when it is settled."""

from datetime import timedelta

import pytest
from bench import account as account_of
from bench import another, device_of, enrolled, graded, receipt, send
from moments import NOON, later
from msgspec.structs import replace

from rebond_schemas.erasure import Ending, HiddenArea
from rebond_schemas.facts import Memory
from rebond_server.domain.component_lost import lost_since
from rebond_server.domain.lifecycle import State
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue
from rebond_server.operations.hold_device import look_after_end, take_back
from rebond_server.store.device import Device
from rebond_server.store.queries.triage import OVERDUE, Cause, count_matters, triage


@pytest.fixture
def heaps(workshop):
    account_of(workshop, Role.LEAD)

    def found(now=NOON):
        with workshop.work(account_of_lead, now) as work:
            matters = count_matters(work.session, work.site_id, now)
            assert not matters.more
            return {h.cause: h for h in triage(work.session, work.site_id, now)}, matters.count

    account_of_lead = account_of(workshop, Role.TECHNICIAN)
    return found


def doubtful(machine):
    """Return the machine with a hard look at its drive's health needed: one media error."""
    drives = tuple(
        replace(d, smart=None if d.smart is None else replace(d.smart, passed=None))
        for d in machine.drives
    )
    return replace(machine, drives=drives)


def test_each_cause_finds_its_device(workshop, heaps):
    stick = enrolled(workshop)
    stick.boot()
    machine = another(1)
    tag = receipt(send(workshop, stick.inventory(machine))).device
    found, matters = heaps()
    assert {cause: heap.count.count for cause, heap in found.items()} == dict.fromkeys(Cause, 0)
    assert matters == 0

    late, matters = heaps(NOON + OVERDUE + timedelta(days=1))
    assert [one.tag for one in late[Cause.OVERDUE].matters] == [tag]
    assert matters == 1

    stick.boot()
    fewer = replace(machine, memory=Memory(installed_mib=4096))
    send(workshop, stick.inventory(fewer))
    found, _ = heaps()
    assert [one.tag for one in found[Cause.COMPONENT_LOST].matters] == [tag]
    assert "4096" in found[Cause.COMPONENT_LOST].matters[0].reason.fr

    stick.boot()
    send(workshop, stick.inventory(doubtful(machine)))
    found, _ = heaps()
    assert found[Cause.COMPONENT_LOST].count.count == 0
    assert [one.tag for one in found[Cause.DRIVE_IN_DOUBT].matters] == [tag]
    assert found[Cause.DRIVE_IN_DOUBT].matters[0].reason


def test_a_grade_that_waits_for_a_fact(workshop, heaps):
    stick = enrolled(workshop)
    stick.boot()
    machine = another(2)
    tag = receipt(send(workshop, stick.inventory(machine))).device
    for drive in machine.drives:
        send(workshop, stick.erasure(drive))
    found, _ = heaps()
    assert [one.tag for one in found[Cause.DOUBTFUL_FACT].matters] == [tag]
    send(workshop, stick.inspection())
    found, _ = heaps()
    assert found[Cause.DOUBTFUL_FACT].count.count == 0


def test_what_is_gone_is_told_and_what_was_not_looked_for_is_not():
    machine = another(3)
    assert lost_since(machine, machine) == ()
    assert len(lost_since(machine, replace(machine, drives=()))) == len(machine.drives)
    hidden = replace(machine, drives=(), drives_hidden=None)
    assert lost_since(machine, hidden) == ()
    assert lost_since(machine, replace(machine, memory=Memory())) == ()


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ({"ending": Ending.FAILED, "reason": "EIO", "passes": ()}, Cause.FAILED_WIPE),
        ({"hidden_area": HiddenArea.UNKNOWN}, Cause.LIMITED_WIPE),
        ({"ending": Ending.INTERRUPTED, "passes": ()}, Cause.UNVERIFIED_WIPE),
    ],
)
def test_each_wipe_that_proves_nothing_has_its_own_heap(workshop, heaps, told, cause):
    stick = enrolled(workshop)
    stick.boot()
    machine = another(3)
    tag = receipt(send(workshop, stick.inventory(machine))).device
    send(workshop, stick.erasure(machine.drives[0], **told))
    found, _ = heaps()
    wipes = (Cause.FAILED_WIPE, Cause.LIMITED_WIPE, Cause.UNVERIFIED_WIPE)
    assert [found[each].count.count for each in wipes] == [each is cause for each in wipes]
    assert found[cause].matters[0].tag == tag


def released(workshop, stick, lead):
    """Return a device that left an hour after noon."""
    device_id = graded(workshop, stick, lead, another(4))
    with workshop.work(lead, later(60)) as work:
        device = work.session.get_one(Device, (work.site_id, device_id))
        device.state, device.changed = State.RELEASED, work.now
    return device_id


def test_a_device_that_is_probed_after_it_left_shows_in_the_queue(workshop, heaps):
    stick, lead = enrolled(workshop), account_of(workshop, Role.LEAD, "cheffe")
    device_id = released(workshop, stick, lead)
    assert heaps(later(70))[1] == 0
    stick.boot()
    tag = receipt(send(workshop, stick.inventory(another(4)), later(80))).device
    found, matters = heaps(later(90))
    assert [one.tag for one in found[Cause.SEEN_AFTER_END].matters] == [tag]
    assert matters == 1
    assert device_of(workshop, tag).state is State.RELEASED

    with workshop.work(lead, later(100)) as work:
        look_after_end(work, device_id, "relevé livré en retard")
    assert heaps(later(110))[1] == 0
    stick.boot()
    send(workshop, stick.inventory(another(4)), later(120))
    assert heaps(later(130))[0][Cause.SEEN_AFTER_END].count.count == 1
    with workshop.work(lead, later(140)) as work:
        take_back(work, device_id, "il est revenu")
        with pytest.raises(BadValue):
            look_after_end(work, device_id, "trop tard")
    assert heaps(later(150))[0][Cause.SEEN_AFTER_END].count.count == 0
