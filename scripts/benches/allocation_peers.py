"""The same stock and hard rules, solved by others: scipy milp, OR-tools CP-SAT, and device by device.

One weighted sum of the tiers, as one would write it first. Each is given the rows of our own model, but for
the rows of promises (floors), whose columns are no whole numbers.
"""

import resource
import time
from datetime import datetime
from importlib.util import find_spec
from typing import Any

import numpy as np

from rebond_schemas.plan import PlanInput
from rebond_server.domain.allocation.model import Model, model
from rebond_server.domain.allocation.solver import Row
from rebond_server.domain.allocation.stock import Stock, stock
from rebond_server.domain.programme import tier_of

PEERS = ("scipy", "ortools", "naive")
WEIGHTS = (10_000, 1_000, 100, 10)
MOST_NAIVE = 1_000_000
"""Variables of the naive model up to which it is tried; more needs more memory than a workshop has."""


def solve(peer: str, source: PlanInput, now: datetime, limit: int) -> dict[str, Any]:
    """Return what a peer took: name, seconds of building and solving, peak megabytes, what it found."""
    if peer != "naive" and find_spec(peer) is None:
        return _told(peer, 0.0, "not installed: run scripts/bench allocation")
    started = time.perf_counter()
    known = stock(source, now)
    name, what = {"scipy": _scipy, "ortools": _ortools, "naive": _naive}[peer](known, limit)
    return _told(name, time.perf_counter() - started, what)


def _told(name: str, seconds: float, what: str) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"solver": name, "seconds": seconds, "megabytes": peak, "what": what}


def _weights(known: Stock, built: Model) -> np.ndarray:
    """Return the worth of each column: the weight of the tier of the units it counts in."""
    worth = np.zeros(len(built.upper))
    for request in known.requests:
        tier = tier_of(request, known.programme(request))
        for column, by in built.units[request.id].terms.items():
            worth[column] += by * WEIGHTS[min(tier, len(WEIGHTS)) - 1]
    return worth


def _hard(built: Model) -> list[Row]:
    return [row for row in built.rows if not row.name.startswith("floor/")]


def _scipy(known: Stock, limit: int) -> tuple[str, str]:
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - a peer may be missing
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - likewise

    built = model(known)
    rows = _hard(built)
    lengths = np.cumsum([0, *(len(row.terms) for row in rows)])
    columns = np.array([column for row in rows for column in row.terms])
    values = np.array([by for row in rows for by in row.terms.values()], dtype=float)
    matrix = csr_matrix((values, columns, lengths), shape=(len(rows), len(built.upper)))
    found = milp(
        c=-_weights(known, built),
        integrality=np.array(built.whole, dtype=int),
        bounds=Bounds(np.zeros(len(built.upper)), np.minimum(built.upper, 1e9)),
        constraints=LinearConstraint(
            matrix, np.array([row.low for row in rows]), np.array([row.high for row in rows])
        ),
        options={"time_limit": limit},
    )
    worth = "nothing" if found.x is None else f"{-found.fun:,.0f}"
    proof = "proven" if found.status == 0 else "not proven"
    return "scipy milp", f"one weighted sum {worth}, {proof}"


def _ortools(known: Stock, limit: int) -> tuple[str, str]:
    from ortools.sat.python import cp_model  # noqa: PLC0415 - a peer may be missing

    built = model(known)
    program = cp_model.CpModel()
    columns = [
        program.new_int_var(0, int(min(most, 10**9)), f"x{n}") for n, most in enumerate(built.upper)
    ]
    for row in _hard(built):
        low = int(row.low) if np.isfinite(row.low) else -(10**12)
        high = int(row.high) if np.isfinite(row.high) else 10**12
        total = cp_model.LinearExpr.weighted_sum(
            [columns[at] for at in row.terms], [int(by) for by in row.terms.values()]
        )
        program.add_linear_constraint(total, low, high)
    worth = [int(by) for by in _weights(known, built)]
    program.maximize(cp_model.LinearExpr.weighted_sum(columns, worth))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit
    solver.parameters.num_workers = 1
    status = solver.solve(program)
    proof = "proven" if status == cp_model.OPTIMAL else "not proven"
    return "OR-tools CP-SAT", f"one weighted sum {solver.objective_value:,.0f}, {proof}"


def _naive(known: Stock, limit: int) -> tuple[str, str]:
    """Let HiGHS say yes or no for each device and each request that it may go to."""
    import highspy  # noqa: PLC0415 - only this peer needs it here

    places = [
        (number, device, slot)
        for number, pool in enumerate(known.pools)
        for device in range(len(pool.devices))
        for slot in pool.options
    ]
    if len(places) > MOST_NAIVE:
        return "naive HiGHS", f"not tried: {len(places):,} variables"
    built = model(known)
    place = {option: column for column, option in enumerate(built.options)}
    wide: list[list[int]] = [[] for _ in built.options]
    devices: dict[tuple[int, int], list[int]] = {}
    for column, (number, device, slot) in enumerate(places):
        if (number, slot) in place:
            wide[place[number, slot]].append(column)
        devices.setdefault((number, device), []).append(column)
    rows = [(dict.fromkeys(columns, 1.0), -np.inf, 1.0) for columns in devices.values()]
    for row in _hard(built):
        terms = {
            c: by for column, by in row.terms.items() if column < len(wide) for c in wide[column]
        }
        rows.append((terms, row.low, row.high))
    weights = _weights(known, built)
    cost = np.zeros(len(places))
    for column, columns in enumerate(wide):
        cost[columns] = weights[column]
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("time_limit", float(limit))):
        highs.setOptionValue(option, value)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(places), len(rows)
    program.col_cost_, program.sense_ = cost, highspy.ObjSense.kMaximize
    program.col_lower_, program.col_upper_ = np.zeros(len(places)), np.ones(len(places))
    program.row_lower_ = np.array([low for _, low, _ in rows])
    program.row_upper_ = np.array([high for _, _, high in rows])
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(places)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms, _, _ in rows)]).astype(
        np.int32
    )
    program.a_matrix_.index_ = np.array([c for terms, _, _ in rows for c in terms], dtype=np.int32)
    program.a_matrix_.value_ = np.array([by for terms, _, _ in rows for by in terms.values()])
    highs.passModel(program)
    highs.run()
    proof = highs.modelStatusToString(highs.getModelStatus())
    return (
        "naive HiGHS",
        f"{len(places):,} variables, {highs.getInfo().objective_function_value:,.0f}, {proof}",
    )
