"""What one more unit would take: possible where some lawful plan gives it, at the least dear loss."""

import pytest
from allocation_brute import Brute
from allocation_cases import NOW, case

from rebond_schemas.plan import Device, Lot, Part, PlanInput, Programme, Request, Wish
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.allocation.ask import Asking
from rebond_server.domain.allocation.input import canonical
from rebond_server.domain.allocation.measure import served
from rebond_server.domain.allocation.run import run
from rebond_server.domain.allocation.stock import stock


def asked(source):
    prepared = stock(canonical(source), NOW)
    done = run(prepared, seconds=20)
    units = served(prepared, done.lines)
    return prepared, units, Asking(prepared, units)


def shop(*tiers, devices=1):
    return PlanInput(
        lots=(Lot(id="l", regime=Regime.PRIVATE),),
        programmes=tuple(Programme(id=f"p{n}", tier=tier) for n, tier in enumerate(tiers)),
        requests=tuple(
            Request(
                id=f"r{n}", programme=f"p{n}", quantity=2, completed=NOW, lottery=n,
                parts=(Part(wishes=(Wish(kinds=(Kind.LAPTOP,)),)),),
            )
            for n in range(len(tiers))
        ),
        devices=tuple(
            Device(id=f"d{n}", tag=f"D{n}", kind=Kind.LAPTOP, lot="l", received=NOW, sanitised=True)
            for n in range(devices)
        ),
    )  # fmt: skip


def test_the_lowest_tier_gives_way():
    _, units, asking = asked(shop(1, 2, 3, devices=5))
    assert units == {"r0": 2, "r1": 2, "r2": 1}
    assert asking.one_more("r1") is not None
    assert asking.one_more("r2").losers == {"r1": 1.0}  # dearer than nothing, cheaper than r0
    assert asking.one_more("r2").losers == {"r1": 1.0}  # a question leaves no trace


def test_of_one_tier_the_youngest_file_gives_way():
    _, units, asking = asked(shop(1, 1, 1, devices=5))
    assert units == {"r0": 2, "r1": 2, "r2": 1}
    assert asking.one_more("r2").losers == {"r1": 1.0}


def test_an_answer_does_not_depend_on_the_questions_before():
    prepared, units, asking = asked(case(3004))
    names = [one.id for one in prepared.requests if units[one.id] < one.quantity]
    first = {name: asking.one_more(name) for name in names}
    again = {name: Asking(prepared, units).one_more(name) for name in reversed(names)}
    assert len(names) > 1
    assert [first[name].losers.keys() for name in names] == [again[n].losers.keys() for n in names]


def test_without_devices_nothing_helps():
    _, _, asking = asked(shop(1, devices=0))
    assert not asking.one_more("r0").possible


@pytest.mark.parametrize("block", range(4))
def test_what_trying_everything_finds_is_possible(block):
    """A relaxation may say yes to half a kit, but never no to what some lawful plan does."""
    for seed in range(3000 + block * 25, 3025 + block * 25):
        source = case(seed)
        prepared, units, asking = asked(source)
        brute = Brute(canonical(source))
        for request in prepared.requests:
            if units[request.id] >= request.quantity or prepared.held.locked:
                continue
            reachable = brute.most(request.id)
            if reachable > units[request.id]:
                assert asking.one_more(request.id).possible, (seed, request.id)
