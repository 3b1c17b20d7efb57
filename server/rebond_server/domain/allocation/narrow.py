"""What is left to settle of a relaxed plan: the columns at a fraction of a device, and those beside them."""

from dataclasses import replace

from rebond_server.domain.allocation.model import Files, Fill, Goal, Model, Step, Total
from rebond_server.domain.allocation.solver import Row

_SLACK = 1e-6


def unsettled(built: Model, solution: list[float]) -> set[int]:
    """Return the columns between a pool and a request that both hold a fraction of a device."""
    broken = {
        column
        for column, value in enumerate(solution)
        if built.whole[column] and abs(value - round(value)) > _SLACK
    }
    free = broken | {column for column, whole in enumerate(built.whole) if not whole}
    pools = {built.options[column][0] for column in broken if column < len(built.options)}
    slots = {built.options[column][1] for column in broken if column < len(built.options)}
    free |= {
        column
        for column, (pool, slot) in enumerate(built.options)
        if pool in pools and slot in slots
    }
    for row in built.rows:
        if row.name.startswith(("kit/", "kept/", "pin/")) and not free.isdisjoint(row.terms):
            free |= row.terms.keys()
    return free


def narrowed(whole: Model, solution: list[float], free: set[int]) -> tuple[Model, list[int]]:
    """Return the program of the free columns alone, the others standing still, and their numbers."""
    numbers = sorted(free)
    place = {column: new for new, column in enumerate(numbers)}

    def moved(total: Total) -> Total:
        kept = {place[column]: by for column, by in total.terms.items() if column in place}
        still = sum(by * solution[c] for c, by in total.terms.items() if c not in place)
        return Total(terms=kept, constant=total.constant + still)

    rows = []
    for row in whole.rows:
        total = moved(Total(terms=row.terms))
        if total.terms:
            low, high = row.low - total.constant, row.high - total.constant
            rows.append(Row(name=row.name, terms=total.terms, low=low, high=high))
    steps: list[Step] = []
    for step in whole.steps:
        match step:
            case Goal():
                steps.append(replace(step, total=moved(step.total)))
            case Fill():
                served = {name: moved(total) for name, total in step.served.items()}
                steps.append(replace(step, served=served))
            case Files():
                steps.append(replace(step, units=tuple(moved(total) for total in step.units)))
    small = Model(
        upper=[whole.upper[column] for column in numbers],
        lower=[whole.lower[column] for column in numbers],
        whole=[whole.whole[column] for column in numbers],
        rows=rows,
        steps=steps,
    )
    return small, numbers
