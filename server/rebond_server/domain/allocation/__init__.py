"""The allocation plan: the best that the rules allow, in the published order, checked and told."""

from collections import defaultdict
from datetime import datetime

from rebond_schemas.plan import PlanInput
from rebond_schemas.plan_output import Outcome, PlanOutput, StageValue
from rebond_server.domain.allocation.check import check
from rebond_server.domain.allocation.conflicts import conflicts
from rebond_server.domain.allocation.input import canonical, fingerprint, require_whole
from rebond_server.domain.allocation.measure import served
from rebond_server.domain.allocation.prices import prices
from rebond_server.domain.allocation.reasons import Reasons
from rebond_server.domain.allocation.run import Run, run
from rebond_server.domain.allocation.stock import Stock, queue_place, stock
from rebond_server.domain.errors import UnlawfulPlan
from rebond_server.domain.programme import tier_of
from rebond_server.domain.sentence import Sentence

SECONDS = 20.0
"""How long the solver may take before the greedy plan stands in for it."""


def plan(
    source: PlanInput, now: datetime, *, seconds: float = SECONDS, use_solver: bool = True
) -> PlanOutput:
    """Return the plan of an input at one moment.

    The same input and moment give the same plan, whatever the order of the lists. Raises
    UnusablePlanInput when the document contradicts itself, UnlawfulPlan when the checker objects.
    """
    require_whole(source)
    prepared = stock(canonical(source), now)
    output = _told(prepared, run(prepared, seconds=seconds, use_solver=use_solver))
    broken = check(source, output)
    if broken:
        raise UnlawfulPlan(
            Sentence(
                fr=" ".join(sentence.fr for sentence in broken[:20]),
                en=" ".join(sentence.en for sentence in broken[:20]),
            )
        )
    return output


def _told(prepared: Stock, done: Run) -> PlanOutput:
    units = served(prepared, done.lines)
    why = Reasons(prepared, done, units)
    return PlanOutput(
        made=prepared.known.now,
        input_sha256=fingerprint(prepared.source),
        rules=prepared.source.rules,
        law=prepared.source.law.version,
        seed=prepared.source.seed,
        solver=done.solver,
        optimal=done.optimal,
        stages=tuple(
            StageValue(name=name, value=value, bound=done.bounds.get(name, ()))
            for name, value in done.values.items()
            if name != "files"
        ),
        assignments=done.lines,
        outcomes=_outcomes(prepared, units, why),
        conflicts=conflicts(prepared, done, units, why),
        prices=prices(prepared, done, why),
    )


def _outcomes(prepared: Stock, units: dict[str, int], why: Reasons) -> tuple[Outcome, ...]:
    ranks: defaultdict[str, int] = defaultdict(int)
    outcomes = []
    for request in sorted(prepared.source.requests, key=queue_place):
        ranks[request.programme] += 1
        found, proven = why.of(request) if units[request.id] < request.quantity else ((), False)
        outcomes.append(
            Outcome(
                request=request.id,
                asked=request.quantity,
                served=units[request.id],
                tier=tier_of(request, prepared.programme(request)),
                rank=ranks[request.programme],
                reasons=found,
                proven=proven,
            )
        )
    return tuple(outcomes)
