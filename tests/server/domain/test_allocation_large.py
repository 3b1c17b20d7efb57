"""Larger plans, where relaxations are rounded: lawful, hardly below the bound, the same twice."""

from random import Random

import msgspec
import pytest
from allocation_cases import NOW
from msgspec.structs import replace

from rebond_schemas.plan import (
    Base,
    Cap,
    Device,
    Grade,
    Lot,
    Minimum,
    Part,
    PlanInput,
    Programme,
    Request,
    Scope,
    Share,
    Wish,
)
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.allocation import plan
from rebond_server.domain.allocation.check import check
from rebond_server.domain.allocation.model import model
from rebond_server.domain.allocation.steps import EXACT_COLUMNS
from rebond_server.domain.allocation.stock import stock

KINDS = (Kind.LAPTOP, Kind.DESKTOP, Kind.TABLET)


def workshop(seed: int) -> PlanInput:
    """Return 900 devices, 70 requests with kits, 9 programmes with caps, a share of each base."""
    random = Random(seed)  # noqa: S311 - test data
    bases = list(Base)
    lots = tuple(
        Lot(
            id=f"l{n}",
            regime=Regime.COMPANY,
            shares=(
                Share(id=f"s{n}", programme=f"p{n}", fraction=0.2, base=bases[n], collected=400),
            )
            if n < 3
            else (),
            reserved_programmes=tuple(f"p{m}" for m in range(n, 9)) if n > 3 else (),
        )
        for n in range(6)
    )
    return PlanInput(
        lots=lots,
        programmes=tuple(
            Programme(
                id=f"p{n}",
                tier=1 + n % 3,
                caps=(
                    Cap(id="all", limit=random.randint(60, 200)),
                    Cap(id="each", limit=25, scope=Scope.ORGANISATION),
                ),
            )
            for n in range(9)
        ),
        requests=tuple(_request(random, n) for n in range(70)),
        devices=tuple(_device(random, n) for n in range(900)),
    )


def _request(random: Random, number: int) -> Request:
    least = Minimum(
        ram_mib=random.choice((None, 4096, 8192)), grade=random.choice((None, Grade.C, Grade.B))
    )
    wishes = [Wish(kinds=(kind,), minimum=least) for kind in random.sample(KINDS, 2)]
    parts = [Part(wishes=tuple(wishes))]
    if number % 6 == 0:
        parts.append(Part(name="key", wishes=(Wish(kinds=(Kind.KEY_4G,)),)))
    return Request(
        id=f"r{number}",
        programme=f"p{random.randrange(9)}",
        quantity=random.randint(5, 40),
        organisation=f"o{random.randrange(30)}",
        parts=tuple(parts),
        completed=NOW,
        lottery=number,
    )


def _device(random: Random, number: int) -> Device:
    return Device(
        id=f"d{number}",
        tag=f"D{number}",
        kind=Kind.KEY_4G if number < 60 else random.choice(KINDS),
        lot=f"l{random.randrange(6)}",
        received=NOW,
        sanitised=number % 20 != 7,
        grade=random.choice(list(Grade)),
        ram_mib=random.choice((4096, 8192, 16_384)),
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_large_plan_is_lawful_and_reaches_its_bound_in_the_tiers(seed):
    source = workshop(seed)
    assert len(model(stock(source, NOW)).upper) > EXACT_COLUMNS
    output = plan(source, NOW)
    assert output.solver.startswith("highs")
    assert check(source, output) == ()
    reached = [(s.value[0], s.bound[0]) for s in output.stages if s.name.startswith("tier/")]
    assert sum(bound for _, bound in reached) > 300
    assert all(value >= bound - 1 for value, bound in reached)
    shuffled = Random(seed).sample(source.devices, len(source.devices))  # noqa: S311 - test data
    again = plan(replace(source, devices=tuple(shuffled)), NOW)
    assert msgspec.json.encode(again) == msgspec.json.encode(output)


def test_the_greedy_plan_is_lawful_and_worse():
    source = workshop(1)
    output, best = plan(source, NOW, use_solver=False), plan(source, NOW)
    assert check(source, output) == ()
    assert len(output.assignments) > 300
    first = next(stage for stage in best.stages if stage.name == "floors")
    lazy = next(stage for stage in output.stages if stage.name == "floors")
    assert lazy.value <= first.value
