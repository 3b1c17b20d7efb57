"""Plans against trying everything, and against the checker: random instances, replayed by their seed.

Small ones: the plan's value on the published order equals the best of all lawful plans. Large ones: the
independent checker finds nothing, and shuffled lists give the same plan byte for byte.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec
from msgspec.structs import replace

sys.path[:0] = [str(Path(__file__).parents[2] / "tests" / "server" / "domain")]

from allocation_brute import Brute  # noqa: E402 - the tests' own judge
from allocation_cases import NOW, case  # noqa: E402 - likewise
from test_allocation_large import workshop  # noqa: E402 - likewise

from rebond_schemas.plan import PlanInput  # noqa: E402 - the path above comes first
from rebond_schemas.plan_output import PlanOutput  # noqa: E402 - likewise
from rebond_server.domain.allocation import plan  # noqa: E402 - likewise
from rebond_server.domain.allocation.check import check  # noqa: E402 - likewise


def main(argv: list[str]) -> int:
    """Try small and large instances; return 1 when one fails."""
    options = argparse.ArgumentParser(prog="prove allocation", description=__doc__)
    options.add_argument("--small", type=int, default=2000)
    options.add_argument("--large", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args(argv)
    first = chosen.seed * 1_000_000
    failed = _all("small", "equal the best of all lawful plans", chosen.small, first, _small)
    failed += _all("large", "lawful, the same whatever the order", chosen.large, first, _large)
    return 1 if failed else 0


def _all(name: str, what: str, count: int, first: int, tried: Callable[[int], bool]) -> int:
    started = time.monotonic()
    wrong = [number for number in range(first, first + count) if not tried(number)]
    print(
        f"{name}: {count} tried, {len(wrong)} failed ({what}); seeds {first} to {first + count - 1}, "
        f"{time.monotonic() - started:.0f} s"
    )
    for number in wrong[:20]:
        print(f"  seed {number}")
    return len(wrong)


def _small(seed: int) -> bool:
    source = case(seed)
    output, brute = plan(source, NOW), Brute(source)
    parts = {
        (request.id, part.name): place
        for request in source.requests
        for place, part in enumerate(request.parts)
    }
    free = [
        (brute.devices[one.device], brute.requests[one.request], parts[one.request, one.part])
        for one in output.assignments
        if not one.locked
    ]
    best: object = brute.best()
    return brute.lawful(free) and brute.value(free) == best and _same_shuffled(source, output, seed)


def _large(seed: int) -> bool:
    source = workshop(seed)
    output = plan(source, NOW)
    return not check(source, output) and _same_shuffled(source, output, seed)


def _same_shuffled(source: PlanInput, output: PlanOutput, seed: int) -> bool:
    random = Random(seed)  # noqa: S311 - replayed by its seed

    def mixed(entries: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(random.sample(entries, len(entries)))

    other = replace(
        source,
        lots=mixed(source.lots),
        programmes=mixed(source.programmes),
        requests=mixed(source.requests),
        devices=mixed(source.devices),
        pins=mixed(source.pins),
        proposal=mixed(source.proposal),
    )
    return msgspec.json.encode(output) == msgspec.json.encode(plan(other, NOW))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
