"""No second read that claims more than it read confirms anything, and no forged one either."""

import random
from collections import Counter

import msgspec
import pytest
from erasures import HDD, SIZE, good_erasure
from firmware_erasures import SSD as FLASH
from firmware_erasures import firmware_erasure
from msgspec.structs import replace
from test_verdict import forge

from rebond_schemas.erasure import Ending, Method
from rebond_server.domain.second_read import Outcome, compare, is_second_read, other_person, wanted

FIRST = good_erasure(operator="Awa")
OTHER_STICK = "018f0000-0000-7000-8000-00000000beef"
SEED, KEY = "cd" * 16, "5a" * 32


def second(**changes):
    told = msgspec.to_builtins(good_erasure(operator="Bruno", method=Method.NONE))
    told |= {"stick": OTHER_STICK, "passes": told["passes"][1:], "level": None}
    return replace(msgspec.convert(told, type(FIRST)), **changes)


def marked(erasure):
    passes = tuple(
        replace(p, sample_seed=SEED) if p.action.startswith("canary") else p for p in erasure.passes
    )
    return replace(erasure, passes=passes)


def test_what_can_be_read_again_is_told_by_what_was_written():
    assert wanted(FIRST).pattern == "zeros"
    assert wanted(replace(FIRST, passes=())) is None
    asked = wanted(marked(firmware_erasure(Method.ATA_SANITIZE_BLOCK)))
    assert (asked.action, asked.sample_seed, asked.places) == ("canary_read", SEED, 1000)
    assert wanted(firmware_erasure(Method.ATA_SANITIZE_BLOCK)) is None, (
        "canaries without their seed"
    )


def test_only_what_was_asked_and_read_whole_confirms():
    assert compare(second(), FIRST, HDD, ordered=True) == (Outcome.CONFIRMED, None)
    assert compare(second(), FIRST, HDD, ordered=False)[0] is Outcome.UNDECIDED
    assert compare(second(ending=Ending.FAILED), FIRST, HDD, ordered=True)[0] is Outcome.UNDECIDED


@pytest.mark.parametrize("name", ["Awa", "awa ", " A wa", "AWA", None, "", "  "])
def test_the_same_or_no_name_is_no_other_person(name):
    found, why = compare(second(operator=name), FIRST, HDD, ordered=True)
    assert found is Outcome.UNDECIDED
    assert why.fr
    assert other_person(second(operator=name), FIRST) is not True


def test_a_refusal_is_no_read():
    assert not is_second_read(second(ending=Ending.REFUSED, passes=()))
    assert not is_second_read(second(passes=()))
    assert not is_second_read(replace(FIRST, method=Method.NONE)), "it wrote"


def test_the_canaries_of_another_erasure_say_nothing():
    first = marked(firmware_erasure(Method.ATA_SANITIZE_BLOCK, operator="Awa"))
    looked = next(p for p in reversed(first.passes) if p.action == "canary_read")
    told = replace(
        second(), drive=FLASH.identity, size_bytes=FLASH.identity.size_bytes, passes=(looked,)
    )
    assert compare(told, first, FLASH, ordered=True)[0] is Outcome.CONFIRMED
    for wrong in ({"sample_seed": "ab" * 16}, {"key": "00" * 32}, {"sample_places": 999}):
        other = replace(told, passes=(replace(looked, **wrong),))
        assert compare(other, first, FLASH, ordered=True)[0] is Outcome.UNDECIDED


def confirms(tree):
    """Decide, from the plain JSON alone, whether this read shows that HDD is all zeros."""
    passes = tree.get("passes", [])
    read = passes[-1]
    operator = "".join((tree.get("operator") or "").casefold().split())
    return all(
        [
            tree["method"] == "none",
            tree["ending"] == "completed",
            tree["stick"] != str(FIRST.stick),
            operator not in {"", "awa"},
            tree.get("identity_checked") is True,
            (tree.get("native_size_bytes") or 0) <= SIZE,
            (tree.get("size_bytes") or 0) <= SIZE,
            (tree["drive"].get("size_bytes") or 0) <= SIZE,
            all(p["action"] in {"read_back", "canary_read"} for p in passes),
            all(not p.get("fault_count") and not p.get("faults") for p in passes),
            all(not p.get("mismatch_count") and not p.get("mismatches") for p in passes),
            all(not p.get("bytes_skipped") for p in passes),
            (read["action"], read.get("pattern"), read.get("key")) == ("read_back", "zeros", None),
            read["complete"] is True and read["bytes_done"] == SIZE,
            read.get("coverage_percent") in {None, 100},
            read.get("own_process") is True and read.get("direct_io") is True,
            read["seconds"] >= SIZE / 600e6,
        ]
    )


@pytest.mark.parametrize("changes", [1, 3])
def test_no_forged_read_confirms(changes):
    dice = random.Random(4417 + changes)  # noqa: S311 - a seed that can be replayed
    told, true_tree = Counter(), msgspec.to_builtins(second())
    assert confirms(true_tree)
    for _ in range(1500):
        tree = true_tree
        for _ in range(changes):
            tree, read = forge(tree, dice)
        if not is_second_read(read):
            told["no read"] += 1
            continue
        found, _ = compare(read, FIRST, HDD, ordered=True)
        if found is Outcome.CONFIRMED:
            assert confirms(msgspec.to_builtins(read)), tree
        told[found] += 1
    assert told[Outcome.CONFIRMED] > 30, told
    assert told[Outcome.UNDECIDED] > 60, told
    assert told[Outcome.CONTRADICTED] > 0, told
