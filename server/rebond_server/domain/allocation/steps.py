"""The published order, walked step by step: reach a goal, hold it, go to the next."""

from dataclasses import dataclass

from rebond_server.domain.allocation.model import Files, Fill, Goal, Model, Total
from rebond_server.domain.allocation.narrow import narrowed, unsettled
from rebond_server.domain.allocation.solver import Program, Terms

MOST_EXACT_FILLS = 10
"""Programmes up to which the fairest filling is found exactly in whole devices."""
EXACT_COLUMNS = 1200
"""Columns up to which whole devices are searched for at every step."""
_SLACK = 1e-6


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The solution, and what each step reached."""

    solution: list[float]
    values: dict[str, tuple[float, ...]]
    bounds: dict[str, tuple[float, ...]]
    proven: bool


def walk(built: Model, *, seed: int, seconds: float) -> Walk:
    """Return the best whole solution in the published order, or raise Unsolved."""
    if len(built.upper) <= EXACT_COLUMNS:
        return _walk(built, seed=seed, seconds=seconds, exact=True)
    rough = _walk(built, seed=seed, seconds=seconds, exact=False)
    return _rounded(built, rough, seed=seed, seconds=seconds)


def _walk(
    built: Model,
    *,
    seed: int,
    seconds: float,
    exact: bool,
    aims: dict[str, float] | None = None,
) -> Walk:
    """Walk the steps; `aims` are the served units of programmes that a rounding stays close to."""
    program = Program(
        built.lower, built.upper, built.whole, built.rows, seed=seed, seconds=seconds, exact=exact
    )
    values: dict[str, tuple[float, ...]] = {}
    proven = exact
    program.maximise({})
    for step in built.steps:
        match step:
            case Goal():
                values[step.name] = (_reach(program, step.total),)
            case Fill():
                if aims is not None:
                    _close_to(program, step, aims)
                elif len(step.asked) <= MOST_EXACT_FILLS and exact:
                    _fairest(program, step)
                else:
                    proven = proven and len(step.asked) <= 1
                    _fairer(program, step)
                values[step.name] = fills(step, program.values())
            case Files():
                if aims is not None:
                    _older_first(program, step)
                else:
                    _queue(program, step)
                values[step.name] = tuple(total.at(program.values()) for total in step.units)
    solution = program.values()[: len(built.upper)]
    return Walk(solution=solution, values=values, bounds=values, proven=proven)


def _reach(program: Program, total: Total) -> float:
    """Make the total as large as possible, and keep it there."""
    if not total.terms:
        return total.constant
    reached = program.maximise(total.terms)
    program.keep(total.terms, reached)
    return total.constant + reached


def fills(step: Fill, solution: list[float]) -> tuple[float, ...]:
    """Return the filling of each programme, the lowest first."""
    return tuple(sorted(step.served[name].at(solution) / step.asked[name] for name in step.asked))


def _fairest(program: Program, step: Fill) -> None:
    """Make the sum of the k lowest fillings as large as possible, for each k in turn.

    Ordered outcomes (Ogryczak and Śliwiński 2003): k * t - Σ d, with d ≥ t - filling.
    """
    names = list(step.asked)
    for k in range(1, len(names) + 1):
        lowest = fills(step, program.values())
        if all(value >= 1 - _SLACK for value in lowest[k - 1 :]):
            _hold_fills(program, step)
            return
        level = program.column(0.0, float(max(1.0, *lowest)))
        goal = {level: float(k)}
        for name in names:
            below = program.column(0.0, float("inf"))
            goal[below] = -1.0
            row = {column: by / step.asked[name] for column, by in step.served[name].terms.items()}
            still = step.served[name].constant / step.asked[name]
            program.hold({**row, below: 1.0, level: -1.0}, low=-still)
        program.keep(goal, program.maximise(goal))


def _hold_fills(program: Program, step: Fill) -> None:
    """Keep the sum of all fillings: the lowest are held already, so the full ones stay full."""
    terms = {
        column: by / step.asked[name]
        for name, total in step.served.items()
        for column, by in total.terms.items()
    }
    solution = program.values()
    reached = sum(by * solution[column] for column, by in terms.items())
    program.hold(terms, low=reached - _SLACK)


def _fairer(program: Program, step: Fill) -> None:
    """Raise all fillings together; those that cannot follow stay, the others go on."""
    rising = [name for name in step.asked if step.served[name].terms]
    together = program.column(0.0, 1.0)
    level = {name: program.column(0.0, 1.0) for name in rising}
    filled, tied = {}, {}
    for name in rising:
        total = step.served[name]
        terms = {**total.terms, level[name]: -float(step.asked[name])}
        filled[name] = program.hold(terms, low=-total.constant)
        tied[name] = program.hold({level[name]: 1.0, together: -1.0}, low=0.0)
    while rising:
        reached = program.maximise({together: 1.0})
        stuck = [name for name in rising if abs(program.price(filled[name])) > _SLACK]
        if reached >= 1 - _SLACK or not stuck:
            stuck = rising
        program.keep({together: 1.0}, reached)
        program.bound(together, reached, 1.0)
        for name in stuck:
            program.bound(level[name], reached, reached)
            program.loosen(tied[name])
        rising = [name for name in rising if name not in stuck]


def _queue(program: Program, step: Files) -> None:
    """Give each request in turn what it can still get."""
    for row, total, most in zip(step.rows, step.units, step.most, strict=True):
        if not total.terms:
            continue
        if program.stands(total.terms):
            continue
        if total.at(program.values()) >= most - _SLACK:
            program.at_least(row, total.terms, most - total.constant - _SLACK)
        else:
            program.keep(total.terms, program.maximise(total.terms))


def _close_to(program: Program, step: Fill, aims: dict[str, float]) -> None:
    """Keep each programme as near as whole devices allow to the filling found before rounding."""
    goal: Terms = {}
    for name, total in step.served.items():
        if total.terms:
            short = program.column(0.0, float("inf"))
            program.hold({**total.terms, short: 1.0}, low=aims[name] - total.constant)
            goal[short] = -1.0 / step.asked[name]
    program.keep(goal, program.maximise(goal))


def _older_first(program: Program, step: Files) -> None:
    """Give what rounding left free to older files rather than to younger ones."""
    goal: Terms = {}
    for place, total in enumerate(step.units):
        for column in total.terms:
            goal[column] = float(len(step.units) - place)
    program.maximise(goal)


def _rounded(built: Model, rough: Walk, *, seed: int, seconds: float) -> Walk:
    """Search whole devices near the fractional solution, in the same published order."""
    free = unsettled(built, rough.solution)
    settled = [round(v) if w else v for v, w in zip(rough.solution, built.whole, strict=True)]
    small, numbers = narrowed(built, settled, free)
    for new, column in enumerate(numbers):
        if built.whole[column]:
            low = int(rough.solution[column] + _SLACK)
            small.lower[new] = max(0.0, low - 2.0)
            small.upper[new] = min(built.upper[column], low + 2.0)
    aims = {
        name: total.at(rough.solution)
        for step in built.steps
        if isinstance(step, Fill)
        for name, total in step.served.items()
    }
    fine = _walk(small, seed=seed, seconds=seconds, exact=True, aims=aims)
    solution = [float(value) for value in settled]
    for new, column in enumerate(numbers):
        solution[column] = fine.solution[new]
    same = all(
        value >= bound - 1e-4 * max(1.0, abs(bound))
        for name in fine.values
        for value, bound in zip(fine.values[name], rough.values[name], strict=True)
    )
    return Walk(solution=solution, values=fine.values, bounds=rough.values, proven=same)
