"""The checker trusts nobody: each rule, broken on purpose, is seen."""

import pytest
from allocation_cases import NOW
from msgspec.structs import replace
from test_allocation import KIT, device, laptops, made, request

from rebond_schemas.plan import Base, Cap, Hold, Lot, Pin, Programme, Scope, Share
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.allocation import plan
from rebond_server.domain.allocation.check import check
from rebond_server.domain.allocation.input import fingerprint

LOTS = (Lot(id="l", regime=Regime.PRIVATE), Lot(id="m", regime=Regime.PRIVATE, qpv_only=True))
PROGRAMMES = (Programme(id="p", tier=1), Programme(id="q", tier=2))
SOURCE = made(
    [
        *laptops(4),
        device("qpv", lot="m"),
        device("dirty", sanitised=False),
        device("k", Kind.KEY_4G),
    ],
    [request("a", quantity=2), request("b", "q", 3, organisation="o")],
    PROGRAMMES,
    LOTS,
)


def broken(source=SOURCE, **changes):
    """Return what the checker says of an honest plan after the changes."""
    output = plan(source, NOW)
    return " ".join(sentence.en for sentence in check(source, replace(output, **changes)))


def swapped(source, line, **fields):
    lines = list(plan(source, NOW).assignments)
    lines[line] = replace(lines[line], **fields)
    return {"assignments": tuple(lines)}


def under(rule, output_of=SOURCE):
    """Return what the checker says of a plan made without a rule, under that rule."""
    output = plan(output_of, NOW)
    honest = replace(output, input_sha256=fingerprint(rule))
    return " ".join(sentence.en for sentence in check(rule, honest))


def with_cap(cap):
    return replace(SOURCE, programmes=(PROGRAMMES[0], replace(PROGRAMMES[1], caps=(cap,))))


def test_an_honest_plan_passes():
    assert broken() == ""


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"device": "d000"}, "twice"),
        ({"device": "dirty"}, "not_sanitised"),
        ({"device": "qpv"}, "not_eligible"),
        ({"device": "k"}, "not_eligible"),
        ({"device": "ghost"}, "assignment"),
        ({"part": "nothing"}, "not_eligible"),
        ({"locked": True}, "lock"),
        ({"request": "b"}, "served"),
    ],
)
def test_a_line_changed_on_purpose_is_seen(fields, rule):
    lines = plan(SOURCE, NOW).assignments
    place = next(n for n, one in enumerate(lines) if one.device != "d000")
    assert f"“{rule}”" in broken(**swapped(SOURCE, place, **fields))


def test_another_document_is_seen():
    assert "does not belong" in broken(input_sha256="0" * 64)


@pytest.mark.parametrize(
    "cap",
    [
        Cap(id="c", limit=1),
        Cap(id="c", limit=5, used={"": 4}),
        Cap(id="c", limit=1, scope=Scope.ORGANISATION),
        Cap(id="c", limit=1, kinds=(Kind.LAPTOP,)),
    ],
)
def test_a_cap_that_was_not_kept_is_seen(cap):
    assert "“cap”" in under(with_cap(cap))


def test_a_cap_on_another_kind_says_nothing():
    assert under(with_cap(Cap(id="c", limit=0, kinds=(Kind.TABLET,)))) == ""


@pytest.mark.parametrize("base", Base)
def test_a_share_that_was_not_kept_is_seen(base):
    share = Share(id="s", programme="q", fraction=0.9, base=base, tolerance=0, collected=4)
    lots = (replace(LOTS[0], shares=(share,)), LOTS[1])
    assert "“share”" in under(replace(SOURCE, lots=lots))


@pytest.mark.parametrize(
    ("pin", "rule"),
    [
        (Pin(hold=Hold.PIN, device="d003", request="b", reason="x"), "pin"),
        (Pin(hold=Hold.LOCK, device="d000", request="b", reason="x"), "lock"),
        (Pin(hold=Hold.FORBID, device="d003", reason="x"), "not_eligible"),
        (Pin(hold=Hold.PIN, request="b", reason="x"), "pin"),
    ],
)
def test_a_decision_that_was_not_followed_is_seen(pin, rule):
    assert f"“{rule}”" in under(replace(SOURCE, pins=(pin,)))


def test_half_a_kit_is_seen():
    source = made([*laptops(2), device("k", Kind.KEY_4G)], [request("a", parts=KIT)])
    lines = [one for one in plan(source, NOW).assignments if one.part == "pc"]
    assert "“kit”" in broken(source, assignments=tuple(lines))


def test_more_than_asked_is_seen():
    source = made(laptops(3), [request("a", quantity=1)])
    line = plan(source, NOW).assignments[0]
    more = (line, replace(line, device="d000"))
    assert "“quantity”" in broken(source, assignments=more)
