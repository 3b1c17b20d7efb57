"""One run over one stock: solver when there is one, greedy when there is none or time is out."""

from dataclasses import dataclass

from rebond_schemas.plan_output import Assigned
from rebond_server.domain.allocation import solver
from rebond_server.domain.allocation.greedy import Counts, greedy
from rebond_server.domain.allocation.measure import Values, measured
from rebond_server.domain.allocation.model import model
from rebond_server.domain.allocation.shelf import handed_out
from rebond_server.domain.allocation.steps import Walk, walk
from rebond_server.domain.allocation.stock import Stock

GREEDY = "greedy 1"


@dataclass(frozen=True, kw_only=True)
class Run:
    """The lines of a plan, what each step reached, what was proven possible, and by whom."""

    lines: tuple[Assigned, ...]
    values: Values
    bounds: Values
    solver: str
    optimal: bool


def run(stock: Stock, *, seconds: float, use_solver: bool = True) -> Run:
    """Return the best lines that can be found in this time."""
    found = _walked(stock, seconds) if use_solver and solver.available() else None
    if found is None:
        lines = handed_out(stock, greedy(stock))
        values = measured(stock, lines)
        return Run(lines=lines, values=values, bounds={}, solver=GREEDY, optimal=False)
    counts, walked = found
    lines = handed_out(stock, counts)
    return Run(
        lines=lines,
        values=measured(stock, lines),
        bounds=walked.bounds,
        solver=solver.version(),
        optimal=walked.proven,
    )


def _walked(stock: Stock, seconds: float) -> tuple[Counts, Walk] | None:
    built = model(stock)
    try:
        walked = walk(built, seed=stock.source.seed, seconds=seconds)
    except solver.Unsolved:
        return None
    counts = {
        option: count
        for column, option in enumerate(built.options)
        if (count := round(walked.solution[column])) > 0
    }
    return counts, walked
