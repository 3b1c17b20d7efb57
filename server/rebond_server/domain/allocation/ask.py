"""What would it take: one more unit for a request, and who would then get less.

One linear program, solved once from the plan as it stands; each question moves one bound and starts from the
last basis, so that an answer takes milliseconds whatever the stock. Losses of a higher tier cost more; in
one tier, younger files give way first.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import msgspec
from msgspec import Struct

from rebond_server.domain.allocation.model import Total, model
from rebond_server.domain.allocation.rules import rules
from rebond_server.domain.allocation.solver import Program, Row, Unsolved, available
from rebond_server.domain.allocation.stock import Pool, Stock
from rebond_server.domain.programme import tier_of

SECONDS = 20.0
_DEARER = 100.0
"""How much more a unit costs than one of the next tier."""
_OLDER = 0.5
"""How much more the oldest file's unit costs than the youngest's; a unit of the last tier costs 1."""
_ANY = 1e-6
_MOST = float("inf")


class Answer(Struct, frozen=True, kw_only=True):
    """Whether the hard rules allow one more unit, and which requests would give up how much for it.

    Without losers, nothing but the published order (fairness, files, draw) stands between.
    """

    possible: bool
    losers: dict[str, float]


class Asking:
    """Questions about one plan. Locked and pinned lines stay where they are."""

    def __init__(self, stock: Stock, units: Mapping[str, int], seconds: float = SECONDS) -> None:
        built = model(_alike(stock))
        self.total: dict[str, Total] = built.units
        self.now = {name: float(units[name]) for name in built.units}
        tiers = {one.id: tier_of(one, stock.programme(one)) for one in stock.requests}
        ranks = {
            tier: place for place, tier in enumerate(sorted(set(tiers.values()), reverse=True))
        }
        self.loss: dict[str, int] = {}
        self.row: dict[str, int] = {}
        goal: dict[int, float] = {}
        queue = {one.id: place / len(stock.requests) for place, one in enumerate(stock.requests)}
        place = {row.name: number for number, row in enumerate(built.rows)}
        for name, total in built.units.items():
            if not total.terms:
                continue
            lost = built.column(self.now[name], whole=False)
            self.loss[name] = lost
            goal[lost] = -(_DEARER ** ranks[tiers[name]]) - _OLDER * (1 - queue[name])
            # What is given and what is lost together: at least what the plan gives, at most what is asked.
            number = place.get(f"quantity/{name}", len(built.rows))
            most = built.rows[number].high if number < len(built.rows) else _MOST
            kept = Row(name=name, terms={**total.terms, lost: 1.0}, low=self._low(name), high=most)
            built.rows[number : number + 1] = [kept]
            self.row[name] = number
        self.program = (
            Program(
                built.lower, built.upper, built.whole, built.rows, seed=stock.source.seed,
                seconds=seconds, exact=False,
            )
            if available() and built.upper
            else None
        )  # fmt: skip
        if self.program is not None:
            self.program.maximise(goal)

    def one_more(self, request: str) -> Answer | None:
        """Return what one more unit takes; None when there is no solver to ask."""
        if request not in self.row:
            return Answer(possible=False, losers={})
        if self.program is None:
            return None
        try:
            values = self.program.tried(
                self.row[request], self._low(request) + 1, without=self.loss[request]
            )
        except Unsolved:
            return None
        if values is None:
            return Answer(possible=False, losers={})
        return Answer(
            possible=True,
            losers={
                name: float(values[column])
                for name, column in self.loss.items()
                if name != request and values[column] > _ANY
            },
        )

    def _low(self, name: str) -> float:
        """Return the free units that the plan gives, locked ones left out."""
        return self.now[name] - self.total[name].constant


def _alike(stock: Stock) -> Stock:
    """Return the stock with pools joined whose devices may go to the same places under the same rules."""
    counted = rules(stock)
    lots = {rule.lot for rule in counted}
    kinds = {kind for rule in counted for kind in rule.kinds}
    groups: defaultdict[object, list[Pool]] = defaultdict(list)
    for pool in stock.pools:
        lot = pool.lot if pool.lot in lots else None
        kind = pool.kind if pool.kind in kinds else None
        groups[frozenset(pool.options), lot, kind].append(pool)
    pools = tuple(
        replace(same[0], devices=tuple(device for pool in same for device in pool.devices))
        for same in groups.values()
    )
    source = msgspec.structs.replace(stock.source, proposal=())
    return replace(stock, pools=pools, source=source)
