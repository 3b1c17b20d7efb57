"""The only door to HiGHS: one program, improved goal by goal, whole devices when asked."""

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

try:
    import highspy
except ImportError:  # the greedy plan takes over
    highspy = None  # type: ignore[assignment] # None says that it cannot be used

Terms = dict[int, float]
"""Coefficient by column."""
INFINITE = float("inf")
_WHOLE = 1e-6
_PRICED = 1e-6
_PERTURBATION, _ITERATIONS = (
    "primal_simplex_bound_perturbation_multiplier",
    "simplex_iteration_limit",
)
_FEW, _UNLIMITED = 1_000, 2**31 - 1
"""Iterations, beside one a row, after which a relaxation is taken to stall."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One rule: low ≤ Σ coefficient * column ≤ high."""

    name: str
    terms: Terms
    low: float = -INFINITE
    high: float = INFINITE


class Unsolved(Exception):
    """HiGHS did not prove an optimum in its time, or the rules contradict each other."""


def available() -> bool:
    """Say whether HiGHS can be used here."""
    return highspy is not None


def version() -> str:
    """Return name and version of the solver."""
    return f"highs {_quiet(0).version()}"


class Program:
    """An integer program in one HiGHS object, whose goals are reached and held one after another.

    Linear relaxations start from the last basis; whole numbers are searched for only when the
    relaxation's vertex is not whole (`exact`), or never.
    """

    def __init__(
        self,
        lower: Sequence[float],
        upper: Sequence[float],
        whole: Sequence[bool],
        rows: Sequence[Row],
        *,
        seed: int,
        seconds: float,
        exact: bool,
    ) -> None:
        self.whole = np.array(whole, dtype=bool)
        self.lower = np.array(lower, dtype=np.float64)
        self.upper = np.array(upper, dtype=np.float64)
        self.row_low = np.array([row.low for row in rows], dtype=np.float64)
        self.row_high = np.array([row.high for row in rows], dtype=np.float64)
        self.numbers = {row.name: number for number, row in enumerate(rows)}
        self.exact = exact
        self.relaxed = True
        self.deadline = time.monotonic() + seconds
        self.highs = _quiet(seed)
        self.highs.passModel(_program(self, rows))
        self.goal: Terms = {}
        self.solution = [0.0] * len(upper)
        self.best: list[float] | None = None

    def maximise(self, goal: Terms) -> float:
        """Return the most that the goal can reach under all rows, or raise Unsolved."""
        costs = {**dict.fromkeys(self.goal, 0.0), **goal}
        columns, values = _arrays(costs)
        self.highs.changeColsCost(len(costs), columns, values)
        self.goal = goal
        self._relax()
        self.found = self.highs.getSolution()
        self.solution = list(self.found.col_value)
        self.relaxed = True
        if self.exact:
            if not self._is_whole() and not self._beaten(goal):
                self._run_whole()
            self.best = self.solution
        return self._worth(goal, self.solution)

    def keep(self, goal: Terms, reached: float) -> None:
        """Keep the goal, just reached, as it is for all later goals.

        The optimal face of the relaxation is kept by complementary slackness: what has a price
        stays at its bound. It holds every whole optimum too, when the relaxation found a whole one.
        """
        if not self.relaxed:
            self.hold(goal, low=reached - 1e-6 * max(1.0, abs(reached)))
            return
        costs = np.array(self.found.col_dual)
        columns = np.flatnonzero((np.abs(costs) > _PRICED) & (self.lower < self.upper))
        self.fix(columns, np.array(self.solution)[columns])
        values, prices = np.array(self.found.row_value), np.array(self.found.row_dual)
        rows = np.flatnonzero((np.abs(prices) > _PRICED) & (self.row_low < self.row_high))
        to_low = np.abs(values[rows] - self.row_low[rows])
        to_high = np.abs(values[rows] - self.row_high[rows])
        at = np.where(to_low < to_high, self.row_low[rows], self.row_high[rows])
        self.row_low[rows] = self.row_high[rows] = at
        self.highs.changeRowsBounds(len(rows), rows.astype(np.int32), at, at)  # type: ignore[attr-defined] # missing in highspy 1.15 stubs, there in its core

    def fix(self, columns: "np.ndarray", values: "np.ndarray") -> None:
        """Let columns stand at the bound they have reached."""
        near_low = np.abs(values - self.lower[columns]) < np.abs(values - self.upper[columns])
        at = np.where(near_low, self.lower[columns], self.upper[columns])
        self.lower[columns] = self.upper[columns] = at
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), at, at)

    def stands(self, columns: Iterable[int]) -> bool:
        """Say whether none of these columns can move any more."""
        chosen = list(columns)
        return bool(np.all(self.lower[chosen] == self.upper[chosen]))

    def values(self) -> list[float]:
        """Return the present value of every column."""
        return self.solution

    def hold(self, terms: Terms, low: float = -INFINITE, high: float = INFINITE) -> int:
        """Add a rule that every later goal respects; return its number."""
        self.highs.addRow(low, high, len(terms), *_arrays(terms))
        self.row_low = np.append(self.row_low, low)
        self.row_high = np.append(self.row_high, high)
        return len(self.row_low) - 1

    def tried(self, row: int, low: float, *, without: int) -> list[float] | None:
        """Return the best relaxed solution with a row raised and a column at 0, this once, if any."""
        old_low, old_high = float(self.row_low[row]), float(self.row_high[row])
        if low > old_high:
            return None
        self.highs.setOptionValue("simplex_strategy", 1)  # dual: only bounds change
        self.highs.changeRowBounds(row, low, old_high)
        self.highs.changeColBounds(without, 0.0, 0.0)
        try:
            left = max(0.1, self.deadline - time.monotonic())
            self.highs.setOptionValue("time_limit", self.highs.getRunTime() + left)
            self.highs.run()
            status = self.highs.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
            if status != highspy.HighsModelStatus.kOptimal:
                raise Unsolved(self.highs.modelStatusToString(status))
            return list(self.highs.getSolution().col_value)
        finally:
            self.highs.changeRowBounds(row, old_low, old_high)
            self.highs.changeColBounds(
                without, float(self.lower[without]), float(self.upper[without])
            )

    def at_least(self, name: str, terms: Terms, low: float) -> None:
        """Hold terms from below: in the row of this name, which has the same terms, or in a new one."""
        row = self.numbers.get(name)
        if row is None:
            self.hold(terms, low=low)
        elif low > self.row_low[row]:
            self.row_low[row] = low
            self.highs.changeRowBounds(row, low, float(self.row_high[row]))

    def loosen(self, row: int) -> None:
        """Let go of a rule."""
        self.row_low[row], self.row_high[row] = -INFINITE, INFINITE
        self.highs.changeRowBounds(row, -INFINITE, INFINITE)

    def column(self, low: float, high: float) -> int:
        """Add a continuous column; return its number."""
        self.highs.addCol(0.0, low, high, 0, np.zeros(0, np.int32), np.zeros(0, np.float64))
        self.whole = np.append(self.whole, values=False)
        self.lower, self.upper = np.append(self.lower, low), np.append(self.upper, high)
        self.solution = [*self.solution, 0.0]
        return len(self.upper) - 1

    def bound(self, column: int, low: float, high: float) -> None:
        """Change the bounds of one column."""
        self.lower[column], self.upper[column] = low, high
        self.highs.changeColBounds(column, low, high)

    def price(self, row: int) -> float:
        """Return the dual value of a row after the last relaxation (0: it did not bind)."""
        return float(self.found.row_dual[row])

    def _worth(self, goal: Terms, solution: list[float]) -> float:
        return float(sum(factor * solution[column] for column, factor in goal.items()))

    def _beaten(self, goal: Terms) -> bool:
        """Say whether the whole solution at hand already reaches what the relaxation promises."""
        if self.best is None or not all(
            self.whole[column] and float(factor).is_integer() for column, factor in goal.items()
        ):
            return False
        best = [*self.best, *[0.0] * (len(self.upper) - len(self.best))]
        if self._worth(goal, best) < math.floor(self._worth(goal, self.solution) + _WHOLE) - _WHOLE:
            return False
        self.solution = best
        self.relaxed = False
        return True

    def _run_whole(self) -> None:
        basis = self.highs.getBasis()
        numbers = np.flatnonzero(self.whole).astype(np.int32)
        self._integrality(numbers, highspy.HighsVarType.kInteger)
        try:
            self._go()
            found = np.array(self.highs.getSolution().col_value)
            self.solution = np.where(self.whole, np.round(found), found).tolist()
            self.relaxed = False
        finally:
            self._integrality(numbers, highspy.HighsVarType.kContinuous)
            self.highs.setBasis(basis)

    def _integrality(self, numbers: "np.ndarray", kind: "highspy.HighsVarType") -> None:
        kinds = np.full(len(numbers), int(kind), dtype=np.uint8)
        self.highs.changeColsIntegrality(len(numbers), numbers, kinds)

    def _relax(self) -> None:
        """Run the simplex, with perturbed bounds only where it goes round in circles without."""
        self.highs.setOptionValue(_PERTURBATION, 0.0)
        self.highs.setOptionValue(_ITERATIONS, _FEW + len(self.row_low))
        stalled = False
        try:
            self._go()
        except Unsolved:
            stalled = self.highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit
            if not stalled:
                raise
        finally:
            self.highs.setOptionValue(_PERTURBATION, 1.0)
            self.highs.setOptionValue(_ITERATIONS, _UNLIMITED)
        if stalled:
            self._go()

    def _go(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Unsolved("time")
        # HiGHS counts its own clock from its first run.
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + left)
        self.highs.run()
        status = self.highs.getModelStatus()
        empty = status == highspy.HighsModelStatus.kModelEmpty
        if status != highspy.HighsModelStatus.kOptimal and not empty:
            raise Unsolved(self.highs.modelStatusToString(status))

    def _is_whole(self) -> bool:
        values = np.array(self.solution)[self.whole]
        return bool(np.all(np.abs(values - np.round(values)) < _WHOLE))


def _quiet(seed: int) -> "highspy.Highs":
    highs = highspy.Highs()  # type: ignore[no-untyped-call] # highspy declares no result
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", seed),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 1e-6),
        ("mip_heuristic_run_feasibility_jump", False),  # a third of the time, nothing found
        ("simplex_strategy", 4),  # primal: only costs change between goals
        ("simplex_scale_strategy", 0),  # nearly all coefficients are 1
    ):
        highs.setOptionValue(option, value)
    return highs


def _arrays(terms: Terms) -> "tuple[np.ndarray, np.ndarray]":
    columns = np.fromiter(terms.keys(), dtype=np.int32, count=len(terms))
    return columns, np.fromiter(terms.values(), dtype=np.float64, count=len(terms))


def _program(program: Program, rows: Sequence[Row]) -> "highspy.HighsLp":
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.upper), len(rows)
    lp.col_cost_ = np.zeros(len(program.upper))
    lp.col_lower_, lp.col_upper_ = program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_low, program.row_high
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lengths = [0, *(len(row.terms) for row in rows)]
    lp.a_matrix_.start_ = np.cumsum(lengths).astype(np.int32)
    lp.a_matrix_.index_ = np.array([c for row in rows for c in row.terms], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([v for row in rows for v in row.terms.values()], dtype=float)
    return lp
