"""Tags: each given once, whoever asks at the same time; printed ones wait for their device."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from bench import account, enrolled, receipt, send
from moments import NOON

from rebond_schemas.plan_law import Kind
from rebond_server.domain.intake.imei import luhn, read_imei
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lot import PlaceKind, review_day
from rebond_server.domain.role import Role
from rebond_server.errors import BadValue, Taken
from rebond_server.operations.asset_tag import print_labels
from rebond_server.operations.place_device import give_to, move_device, record_place
from rebond_server.operations.recompute import differences
from rebond_server.operations.take_in import take_in
from rebond_server.store.history import HistoryEvent
from rebond_server.store.intake import AssetTag, DevicePlace


def test_tags_are_given_once_whoever_asks_at_once(workshop):
    lead = account(workshop, Role.LEAD)

    def some(number):
        with workshop.work(lead, NOON) as work:
            if number % 3 == 0:
                return list(print_labels(work, 5))
            return [take_in(work, Item(kind=Kind.SCREEN)).tag for _ in range(3)]

    with ThreadPoolExecutor(4) as pool:
        given = [tag for tags in pool.map(some, range(12)) for tag in tags]
    assert len(given) == len(set(given)) == 4 * 5 + 8 * 3


def test_a_printed_label_waits_and_is_claimed_by_a_scan_or_by_hand(workshop):
    lead = account(workshop, Role.LEAD)
    with workshop.work(lead, NOON) as work:
        one, two, three = print_labels(work, 3)
        assert take_in(work, Item(kind=Kind.SCREEN)).tag not in {one, two, three}
        assert take_in(work, Item(kind=Kind.SCREEN, tag=two)).tag == two
        with pytest.raises(Taken, match=two):
            take_in(work, Item(kind=Kind.SCREEN, tag=two))
        with pytest.raises(BadValue):
            print_labels(work, 0)
    stick = enrolled(workshop)
    assert receipt(send(workshop, stick.inventory(asset_tag=one))).device == one
    with workshop.work(lead, NOON, reading=True) as work:
        waiting = work.session.query(AssetTag).filter(AssetTag.device_id.is_(None)).all()
        assert [label.tag for label in waiting] == [three]
        assert differences(work) == ()


def test_where_it_stands_and_who_has_it(workshop):
    lead = account(workshop, Role.LEAD)
    with workshop.work(lead, NOON) as work:
        record_place(work, "s1", PlaceKind.SITE, "Atelier")
        record_place(work, "e1", PlaceKind.SHELF, "Étagère 1", "S1")
        device = take_in(work, Item(kind=Kind.SCREEN))
        for code in ("S1", "e1", "E1"):  # the last changes nothing, and tells nothing
            move_device(work, device.id, code)
        give_to(work, device.id, "lead")
        told = work.session.query(HistoryEvent).filter_by(subject_id=device.id)
        moves = [(one.verb, one.old, one.new) for one in told.order_by(HistoryEvent.id)][1:]
        assert moves[:2] == [("move_device", None, "S1"), ("move_device", "S1", "E1")]
        assert moves[2][:2] == ("give_to", None)
        assert work.session.query(DevicePlace).one().holder_id == lead.id


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("490154203237518", "490154203237518"),
        ("49-015420-323751-8", "490154203237518"),
        ("490154203237519", "le dernier chiffre devrait être 8"),
        ("49015420323751", "15 chiffres"),
        ("000000000000000", "zéros"),
        ("٤90154203237518", "15 chiffres"),
    ],
)
def test_the_check_digit_of_an_imei(typed, read):
    assert read in str(read_imei(typed))


def test_every_single_wrong_digit_is_found():
    right = "490154203237518"
    assert luhn(right[:-1]) == 8
    for place, digit in enumerate(right):
        for other in set("0123456789") - {digit}:
            assert not isinstance(read_imei(right[:place] + other + right[place + 1 :]), str)


def test_the_review_is_six_months_before_the_end_on_a_day_that_exists():

    assert review_day(date(2027, 8, 31)) == date(2027, 2, 28)
    assert review_day(date(2028, 8, 31)) == date(2028, 2, 29)
    assert review_day(date(2022, 3, 15)) == date(2021, 9, 15)
    assert review_day(None) is None
