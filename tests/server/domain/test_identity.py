"""The same device again, or another one just like it? In doubt a person says."""

import pytest
from devices import LAPTOP, SSD
from erasures import HDD
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rebond_schemas.facts import Board, Facts, Memory, MemoryModule, NetworkInterface
from rebond_server.domain.drive_identity import drive_key
from rebond_server.domain.identity import (
    Fingerprint,
    Sameness,
    best,
    fingerprint,
    match,
    typed_fingerprint,
)

UUID = "4c4c4544-0042-3510-8052-b4c04f4d3332"
BOARD = Board(
    maker="Dell Inc.", model="Latitude 7390", serial="5B5RM32", uuid=UUID,
    board_serial="/5B5RM32/CNWSC0088F0AAB/",
)  # fmt: skip
MAC, OTHER_MAC, DOCK = "d4:81:d7:aa:bb:01", "d4:81:d7:aa:bb:02", "00:e0:4c:68:00:11"


def nics(*macs):
    return tuple(NetworkInterface(name=f"eth{n}", mac=mac) for n, mac in enumerate(macs))


DELL = Facts(board=BOARD, drives=(SSD,), network=nics(MAC))
BLANK = Facts(
    board=Board(
        maker="To Be Filled By O.E.M.", model="System Product Name", serial="Default string",
        uuid="03000200-0400-0500-0006-000700080009", board_serial="0000000000",
        board_maker="ASUSTeK", board_model="PRIME B250M-A",
    ),
    drives=(SSD,),
    network=nics(MAC),
)  # fmt: skip
TWIN = replace(BLANK, drives=(HDD,), network=nics(OTHER_MAC))


def decide(one, other):
    found = match(fingerprint(one), fingerprint(other))
    assert found == match(fingerprint(other), fingerprint(one))
    return found.decision


def changed(**board):
    return replace(DELL, board=replace(BOARD, **board))


def test_the_same_machine_twice_is_one():
    assert decide(DELL, DELL) is Sameness.SAME
    assert decide(BLANK, BLANK) is Sameness.SAME


def test_parts_that_change_do_not_change_the_machine():
    assert decide(DELL, replace(DELL, network=nics(OTHER_MAC))) is Sameness.SAME
    assert decide(DELL, replace(DELL, drives=(HDD,))) is Sameness.SAME
    assert decide(DELL, replace(DELL, drives=(), network=())) is Sameness.SAME


def test_both_byte_orders_of_a_uuid_are_one():
    turned = changed(uuid="44454c4c-4200-1035-8052-b4c04f4d3332", serial=None)
    assert decide(changed(serial=None), turned) is Sameness.SAME


def test_two_identical_machines_with_blank_serials_stay_two():
    assert fingerprint(BLANK).serial is None
    assert fingerprint(BLANK).uuid is None
    assert decide(BLANK, TWIN) is Sameness.DIFFERENT


def test_a_moved_drive_is_never_the_device():
    moved = replace(DELL, board=replace(BOARD, serial="9ZZZZ99", uuid=None, board_serial=None))
    assert decide(DELL, replace(moved, network=())) is Sameness.DIFFERENT
    assert decide(BLANK, replace(TWIN, drives=(SSD,))) is not Sameness.SAME
    only = Fingerprint(drives=frozenset({drive_key(SSD.identity)}))
    assert match(only, only).decision is not Sameness.SAME
    assert match(only, fingerprint(LAPTOP)).decision is not Sameness.SAME


def test_a_dock_on_two_machines_does_not_make_them_one():
    one = replace(DELL, network=nics(MAC, DOCK))
    two = replace(one, board=replace(BOARD, serial="7YYYY77", uuid=None, board_serial=None),
                  network=nics(OTHER_MAC, DOCK), drives=(HDD,))  # fmt: skip
    assert decide(one, two) is Sameness.DIFFERENT
    assert decide(replace(BLANK, network=nics(DOCK)), replace(TWIN, network=nics(DOCK))) is (
        Sameness.DOUBTFUL
    )


def test_a_replaced_board_is_for_a_person():
    board = changed(uuid="11112222-3333-4444-5555-666677778888", board_serial="/5B5RM32/NEW/")
    assert decide(DELL, replace(board, network=nics(OTHER_MAC))) is Sameness.DOUBTFUL


def test_a_serial_typed_anew_is_for_a_person():
    assert decide(DELL, changed(serial="9ZZZZ99")) is Sameness.DOUBTFUL


def test_maker_and_model_must_not_contradict():
    one = {"uuid": None, "board_serial": None}
    assert decide(changed(**one), changed(model="Latitude 5490", **one)) is Sameness.DIFFERENT
    assert decide(changed(**one), changed(maker="LENOVO", **one)) is Sameness.DIFFERENT
    assert decide(DELL, changed(maker="Dell")) is Sameness.SAME
    # serial, UUID and board all insist: firmware that names the product anew, or a person must look
    assert decide(DELL, changed(model="Latitude 5490")) is Sameness.DOUBTFUL


def test_a_batch_with_one_uuid_for_all_stays_many():
    twin = changed(serial="5B5RM33", board_serial="/5B5RM33/CNWSC0088F0AAC/")
    assert decide(DELL, replace(twin, drives=(HDD,), network=nics(OTHER_MAC))) is Sameness.DIFFERENT
    blank = {"serial": None, "board_serial": None}
    other = replace(changed(**blank), drives=(HDD,), network=nics(OTHER_MAC))
    assert decide(changed(**blank), other) is not Sameness.SAME
    assert decide(replace(changed(**blank), network=()), replace(other, network=())) is not (
        Sameness.SAME
    )


def test_only_the_serial_is_left_and_all_else_was_replaced():
    bare = {"uuid": None, "board_serial": None}
    one = changed(**bare)
    assert decide(one, replace(one, drives=(HDD,))) is Sameness.SAME
    assert decide(one, replace(one, drives=(HDD,), network=nics(OTHER_MAC))) is Sameness.DOUBTFUL


def modules(*serials):
    return Memory(modules=tuple(MemoryModule(serial=serial) for serial in serials))


def test_what_stays_in_the_case_tells_of_a_replaced_board():
    new = changed(serial="NEW0001", uuid="11112222-3333-4444-5555-666677778888", board_serial="N1")
    new = replace(new, network=nics(OTHER_MAC))
    assert decide(DELL, new) is Sameness.DIFFERENT
    kept = {"memory": modules("2F01A7B3", "2F01A7B4")}
    assert decide(replace(DELL, **kept), replace(new, **kept)) is Sameness.DOUBTFUL
    more = replace(new, memory=modules("2F01A7B3", "2F01A7B4", "99887766"))
    assert decide(replace(DELL, **kept), more) is Sameness.DIFFERENT


def test_a_blank_machine_is_known_by_its_cards_and_modules():
    one = replace(BLANK, memory=modules("2F01A7B3"))
    assert decide(one, replace(one, drives=(HDD,))) is Sameness.SAME
    assert decide(BLANK, replace(BLANK, drives=(HDD,))) is Sameness.DOUBTFUL


def test_a_card_on_usb_is_no_card_of_the_machine():
    dock = NetworkInterface(name="enx", mac=DOCK, driver="r8152")
    docked = replace(DELL, network=(*DELL.network, dock))
    assert fingerprint(docked) == fingerprint(DELL)


def test_a_serial_alone_is_not_enough():
    bare = Fingerprint(serial="5b5rm32")
    assert match(bare, fingerprint(DELL)).decision is Sameness.DOUBTFUL


def test_the_best_of_many():
    known = {"dell": fingerprint(DELL), "blank": fingerprint(BLANK), "twin": fingerprint(TWIN)}
    assert best(fingerprint(DELL), known).device == "dell"
    assert best(fingerprint(TWIN), known).device == "twin"
    new = best(fingerprint(LAPTOP), known)
    assert (new.decision, new.device) == (Sameness.DIFFERENT, None)
    assert best(Fingerprint(), known).decision is Sameness.DIFFERENT


def test_two_that_fit_are_a_doubt():
    twice = {"one": fingerprint(DELL), "two": fingerprint(DELL)}
    found = best(fingerprint(DELL), twice)
    assert (found.decision, found.device) == (Sameness.DOUBTFUL, None)
    assert {key for key, _ in found.candidates} == {"one", "two"}


text = st.sampled_from([None, "aaa1", "bbb2"])
sets = st.frozensets(st.sampled_from(["m1", "m2", "m3"]), max_size=2)
prints = st.builds(
    Fingerprint,
    maker=text,
    model=text,
    serial=text,
    uuid=text,
    board_serial=text,
    macs=sets,
    drives=sets,
)


@given(prints, prints)
def test_matching_is_symmetric_and_explained(one, other):
    found = match(one, other)
    assert found == match(other, one)
    assert found.score == sum(sign.weight for sign in found.reasons)
    if found.decision is Sameness.SAME:
        assert not any(sign.strong and sign.weight < 0 for sign in found.reasons)
        assert len([sign for sign in found.reasons if sign.weight > 0]) > 1


@given(prints, prints)
def test_drives_alone_never_decide(one, other):
    assert match(Fingerprint(drives=one.drives), Fingerprint(drives=other.drives)).decision is not (
        Sameness.SAME
    )
    bare = replace(one, drives=frozenset()), replace(other, drives=frozenset())
    if match(*bare).decision is Sameness.DIFFERENT and match(*bare).score < 0:
        assert match(one, other).decision is not Sameness.SAME


@given(prints, st.lists(prints, max_size=4), st.randoms(use_true_random=False))
def test_the_best_does_not_depend_on_the_order(new, others, dice):
    known = dict(enumerate(others))
    keys = list(known)
    dice.shuffle(keys)
    assert best(new, known) == best(new, {key: known[key] for key in keys})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"maker": "Hewlett-Packard"}, {"maker": "HP"}),
        ({"maker": "HP Inc.", "model": "HP ProBook 450 G3"}, {"maker": "hp"}),
        ({"maker": "HP", "model": "HP ProBook 450 G3 Notebook PC"}, {"maker": "HP"}),
        ({"maker": "Hewlett-Packard Company", "model": "PROBOOK 450 g3"}, {"maker": "HP"}),
    ],
)
def test_one_maker_has_many_spellings(one, other):
    told = {"model": "ProBook 450 G3", "uuid": None, "board_serial": None}
    assert decide(changed(**(told | one)), changed(**(told | other))) is Sameness.SAME


@pytest.mark.parametrize(
    "blank",
    [
        "System Serial Number", "System_Serial", "OEM_Serial", "Type1ProductSerial", "12345",
        "0123456789ABCDEF", "MB-1234567890", "BSN12345678901234567", "MP-00000000", "00000001",
        "Serial Number xxxx", "TBD by OEM", "Invalid Entry", "CHANGEME",
    ],
)  # fmt: skip
def test_what_a_factory_left_blank_makes_no_two_machines_one(blank):
    board = Board(maker="Dell Inc.", model="Latitude 7390", serial=blank, board_serial=blank)
    assert fingerprint(Facts(board=board)).serial is None
    assert decide(Facts(board=board), Facts(board=board)) is Sameness.DIFFERENT
    for real in ("5B5RM32", "PF000001", "CZC1234567", "5CG1234567", "MJ0A1234"):
        assert fingerprint(Facts(board=replace(board, serial=real))).serial == real.casefold()


def test_what_a_list_says_decides_nothing_alone_and_is_not_lost():
    found = fingerprint(DELL)
    for maker, model, decision in (
        ("DELL", "Latitude 7390", Sameness.SAME),
        (None, "Dell Latitude 7390", Sameness.DOUBTFUL),
        ("Dell", None, Sameness.DOUBTFUL),
        ("Dell", "portable 13 pouces", Sameness.DOUBTFUL),
        ("Lenovo", "Latitude 7390", Sameness.DOUBTFUL),
    ):
        assert match(typed_fingerprint(maker, model, "5B5RM32"), found).decision is decision
    assert match(typed_fingerprint("Dell", "Latitude 7390", None), found).decision is (
        Sameness.DIFFERENT
    )
    assert typed_fingerprint("HP", "x1", "12345").serial is None
