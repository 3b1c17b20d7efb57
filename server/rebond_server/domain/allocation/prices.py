"""What each rule at its limit costs: the plan made again without it, and the difference."""

from rebond_schemas.plan import Criterion
from rebond_schemas.plan_output import Assigned, RulePrice
from rebond_server.domain.allocation.measure import served
from rebond_server.domain.allocation.reasons import Reasons
from rebond_server.domain.allocation.run import Run, run
from rebond_server.domain.allocation.stock import Stock, stock
from rebond_server.domain.allocation.trials import (
    WHAT_IF_SECONDS,
    Change,
    World,
    drop_cap,
    drop_criterion,
    drop_share,
)


def prices(given: Stock, done: Run, why: Reasons) -> tuple[RulePrice, ...]:
    """Return the price of every cap and share at its limit and of fairness, where that is cheap."""
    if not why.tried:
        return ()
    found: dict[str, Change] = {}
    for programme in given.source.programmes:
        for cap in programme.caps:
            name = f"cap/{programme.id}/{cap.id}"
            if any(rule == name or rule.startswith(f"{name}/") for rule in why.tight):
                found[name] = drop_cap(programme.id, cap.id)
    for lot in given.source.lots:
        for share in lot.shares:
            if f"share/{share.id}" in why.tight:
                found[f"share/{share.id}"] = drop_share(share.id)
    if Criterion.FILL in given.source.criteria and len(given.requests) > 1:
        found["fill"] = drop_criterion(Criterion.FILL)
    return tuple(_price(given, done, name, change) for name, change in found.items())


def _price(given: Stock, done: Run, name: str, change: Change) -> RulePrice:
    world = change(World(source=given.source))
    other = stock(world.source, given.known.now)
    lines = run(other, seconds=WHAT_IF_SECONDS).lines
    with_it, without = served(given, done.lines), served(other, lines)
    return RulePrice(
        rule=name,
        devices_moved=len(_pairs(lines) ^ _pairs(done.lines)) // 2,
        units_lost=sum(without.values()) - sum(with_it.values()),
        requests_lost=sum(count > 0 for count in without.values())
        - sum(count > 0 for count in with_it.values()),
    )


def _pairs(lines: tuple[Assigned, ...]) -> set[tuple[str, str]]:
    """Return the lines as pairs; a device that appears on one side only counts half, as moved."""
    return {(line.device, line.request) for line in lines}
