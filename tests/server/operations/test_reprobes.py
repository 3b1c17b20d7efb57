"""The same machine again and again, changed in between: one final state whatever the order."""

import itertools
from uuid import NAMESPACE_URL, uuid5

from bench import LAPTOP, SSD, account, device_of, enrolled, in_memory, receipt, send
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moments import later
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from rebond_schemas.facts import Memory, MemoryModule, NetworkInterface
from rebond_server.domain.role import Role
from rebond_server.operations.recompute import differences
from rebond_server.operations.settle_doubt import (
    doubt_again,
    same_device,
    two_devices,
    undo_join,
)
from rebond_server.operations.work import NOBODY
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.queries.device_page import device_by_tag
from rebond_server.store.sameness import Doubt, Join
from rebond_server.store.stick import StatementRow

PLACEHOLDERS = ("To be filled by O.E.M.", "Default string", "0123456789", "", None)


def drive(name):
    return replace(SSD, identity=replace(SSD.identity, serial=f"S3YJ{name:08}"))


def mac(number):
    return f"d4:81:d7:{number // 65536 % 256:02x}:{number // 256 % 256:02x}:{number % 256:02x}"


def machine(number, *, named=True):
    """Return a machine of one model, all of whose own numbers are its own; its twins count on."""
    board = replace(
        LAPTOP.board,
        serial=f"PF0TW{number:03}" if named else "Default string",
        uuid=f"{number:08x}-1111-4222-8333-444455556666" if named else None,
        board_serial=f"L1HF{number:05}" if named else "To be filled by O.E.M.",
    )
    return replace(
        LAPTOP,
        board=board,
        drives=(drive(number),),
        network=(NetworkInterface(name="eth0", mac=mac(number), driver="e1000e"),),
        memory=Memory(installed_mib=8192, modules=(MemoryModule(serial=f"2F0{number:05}"),)),
    )


class Change(Struct, frozen=True):
    """What happened to a machine between two boots."""

    name: str
    number: int
    word: object = None
    own: int = 0

    def to(self, facts, owner=1):
        # a drive goes from machine to machine; boards and cards are each bought for one
        return AFTER[self.name](facts, replace(self, own=owner * 10 + self.number))


def other_board(facts, it):
    told = {
        "uuid": f"9999{it.own:04}-1111-4222-8333-444455556666",
        "board_serial": f"NEWBOARD{it.own}",
    }
    return replace(facts, board=replace(facts.board, **told), network=card(500 + it.own))


def card(number, driver="e1000e"):
    return (NetworkInterface(name=f"en{number}", mac=mac(number), driver=driver),)


def blank(facts, it):
    told = {"serial": it.word, "uuid": None, "board_serial": it.word}
    return replace(facts, board=replace(facts.board, **told))


AFTER = {
    "same": lambda facts, _: facts,
    "blank serial": lambda facts, it: replace(facts, board=replace(facts.board, serial=it.word)),
    "all blank": blank,
    "drive replaced": lambda facts, it: replace(facts, drives=(drive(900 + it.number),)),
    "drive moved in": lambda facts, it: replace(facts, drives=(*facts.drives, drive(it.number))),
    "drives out": lambda facts, _: replace(facts, drives=()),
    "card replaced": lambda facts, it: replace(facts, network=card(900 + it.own)),
    "dock": lambda facts, _: replace(facts, network=(*facts.network, *card(77, "r8152"))),
    "memory": lambda facts, it: replace(
        facts, memory=Memory(modules=(MemoryModule(serial=f"77{it.own:06}"),))
    ),
    "firmware": lambda facts, it: replace(
        facts, firmware=replace(facts.firmware, version=f"1.{it.own}")
    ),
    "board replaced": other_board,
}
CHANGES = st.one_of(
    st.builds(
        Change,
        name=st.sampled_from(["blank serial", "all blank"]),
        number=st.just(0),
        word=st.sampled_from(PLACEHOLDERS),
    ),
    st.builds(
        Change,
        name=st.sampled_from(
            [
                "same",
                "drive replaced",
                "drive moved in",
                "drives out",
                "card replaced",
                "dock",
                "memory",
                "firmware",
                "board replaced",
            ]
        ),
        number=st.integers(1, 3),
    ),
)
BOOTS = st.lists(
    st.tuples(st.integers(1, 3), st.lists(CHANGES, max_size=2)), min_size=2, max_size=7
)


def told(boots, named):
    """Return which machine each boot was of, and what it told."""
    found = []
    for number, changes in boots:
        facts = machine(number, named=named)
        for change in changes:
            facts = change.to(facts, number)
        found.append((number, facts))
    return found


def end_state(folder, reports, order, *, verified=False):
    """Return the groups of reports that became one device each, how they stand, and the doubts."""
    workshop = in_memory(folder)
    stick, names = enrolled(workshop), itertools.count()
    letters = []
    for _, facts in reports:
        stick.boot().run = uuid5(NAMESPACE_URL, f"run/{next(names)}")
        letters.append(stick.inventory(facts, id=uuid5(NAMESPACE_URL, f"report/{next(names)}")))
    place = {letter.statement.id: number for number, letter in enumerate(letters)}
    for moment, index in enumerate(order):
        receipt(send(workshop, letters[index], now=later(moment)))
    with workshop.work(NOBODY, later(500), reading=True) as work:
        groups = {}
        for row in work.session.scalars(select(StatementRow)):
            groups.setdefault(row.device_id, set()).add(place[row.id])
        devices = {device.id: device for device in work.session.scalars(select(Device))}
        state = {
            frozenset(group): (devices[key].state, place[devices[key].inventory_id])
            for key, group in groups.items()
        }
        doubts = {
            frozenset((frozenset(groups[one.one_id]), frozenset(groups[one.other_id])))
            for one in work.session.scalars(select(Doubt))
        }
        faults = differences(work) if verified else ()
    workshop.close()
    assert len(state) == len(devices)
    assert faults == ()
    return state, doubts


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking workshops takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(boots=BOOTS, named=st.booleans(), dice=st.randoms(use_true_random=False))
def test_any_order_of_reprobes_ends_in_one_state(tmp_path_factory, boots, named, dice):
    reports, folder = told(boots, named), tmp_path_factory.mktemp("evidence")
    straight = list(range(len(reports)))
    shuffled = straight + dice.choices(straight, k=2)
    dice.shuffle(shuffled)

    first = end_state(folder, reports, straight)

    assert end_state(folder, reports, shuffled, verified=True) == first
    for group in first[0]:
        assert len({reports[index][0] for index in group}) == 1, "two machines became one"


def test_a_report_between_two_shows_that_they_are_one(tmp_path):
    """All six orders of: everything told; nothing but cards and drive; cards and drive replaced."""
    base = machine(1)
    blank = Change("all blank", 0).to(base)
    other = Change("card replaced", 1).to(Change("drive replaced", 1).to(base))
    ends = [
        end_state(tmp_path, [(1, base), (1, blank), (1, other)], order)
        for order in itertools.permutations(range(3))
    ]
    assert all(one == ends[0] for one in ends)
    assert [sorted(group) for group in ends[0][0]] == [[0, 1, 2]]


def test_the_joined_device_keeps_its_erasure_and_both_tags(tmp_path):
    base = machine(1)
    blank = Change("all blank", 0).to(base)
    other = Change("card replaced", 1).to(Change("drive replaced", 1).to(base))
    workshop, stick = in_memory(tmp_path), None
    stick = enrolled(workshop)
    tags = []
    for moment, facts in enumerate((other, blank)):
        tags.append(receipt(send(workshop, stick.boot().inventory(facts), later(moment))).device)
        send(workshop, stick.erasure(facts.drives[0]), later(moment))
    assert tags[0] != tags[1]
    assert {device_of(workshop, tag).state for tag in tags} == {"wiped"}

    joined = receipt(send(workshop, stick.boot().inventory(base), later(5))).device

    with workshop.work(NOBODY, later(6), reading=True) as work:
        (device,) = work.session.scalars(select(Device))
        assert (device.tag, device.state) == (joined, "wiped")  # the drive of the report was erased
        assert {device_by_tag(work.session, work.site_id, tag) for tag in tags} == {device.id}
        assert differences(work) == ()
    workshop.close()


def doubtful_pair(workshop):
    """Let a machine come twice, with another board the second time, and be erased both times."""
    stick = enrolled(workshop)
    tags = []
    for moment, facts in enumerate((machine(1), Change("board replaced", 1).to(machine(1)))):
        letter = stick.boot().inventory(facts)
        tags.append(receipt(send(workshop, letter, later(moment))).device)
        send(workshop, stick.erasure(facts.drives[0]), later(moment))
    return stick, tags


def ids(workshop, tags):
    return [device_of(workshop, tag).id for tag in tags]


def test_a_doubt_is_settled_and_taken_back(workshop):
    _, tags = doubtful_pair(workshop)
    lead = account(workshop, Role.LEAD)
    first, second = ids(workshop, tags)
    with workshop.work(lead, later(10)) as work:
        (doubt,) = work.session.scalars(select(Doubt))
        assert doubt.settled is None
        assert work.session.query(Device).count() == 2
        kept = same_device(work, second, first, "carte mère changée le 3")
        assert kept.state == "wiped"
    with workshop.work(lead, later(11)) as work:
        assert work.session.query(Device).count() == 1
        assert work.session.query(Doubt).count() == 0
        assert device_by_tag(work.session, work.site_id, tags[0]) == second
        judged = work.session.scalars(select(JudgementRow.drive_id)).all()
        owners = {work.session.get(DriveRow, (work.site_id, one)).device_id for one in judged}
        assert owners == {second}
        assert differences(work) == ()
        (row,) = work.session.scalars(select(Join))
        again = undo_join(work, row.id, "deux machines, vérifié")
        assert (again.tag, again.state) == (tags[0], "wiped")
    with workshop.work(lead, later(12)) as work:
        assert {one.state for one in work.session.scalars(select(Device))} == {"wiped"}
        assert device_by_tag(work.session, work.site_id, tags[0]) == first
        assert differences(work) == ()
        (doubt,) = work.session.scalars(select(Doubt))
        assert doubt.settled == "two"
        doubt_again(work, doubt.id, "à revoir")
        two_devices(work, first, second, "deux machines")


def test_two_that_a_person_keeps_apart_are_never_joined(workshop):
    stick = enrolled(workshop)
    base = machine(1)
    blank = Change("all blank", 0).to(base)
    other = Change("card replaced", 1).to(Change("drive replaced", 1).to(base))
    tags = [
        receipt(send(workshop, stick.boot().inventory(facts), later(moment))).device
        for moment, facts in enumerate((other, blank))
    ]
    lead = account(workshop, Role.LEAD)
    with workshop.work(lead, later(5)) as work:
        two_devices(work, *ids(workshop, tags), "deux machines côte à côte")
    third = receipt(send(workshop, stick.boot().inventory(base), later(6))).device
    assert third not in tags
    with workshop.work(NOBODY, later(7), reading=True) as work:
        assert work.session.query(Device).count() == 3
        assert work.session.query(Doubt).count() == 3
        assert differences(work) == ()
