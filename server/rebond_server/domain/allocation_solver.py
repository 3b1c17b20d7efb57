"""The only door to HiGHS: one program, improved goal by goal, whole devices when asked."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

try:
    import highspy
except ImportError:  # the greedy plan takes over
    highspy = None

Terms = dict[int, float]
"""Coefficient by column."""
INFINITE = float("inf")
_WHOLE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Row:
    """One rule: low ≤ Σ coefficient × column ≤ high."""

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
    return f"highs {highspy.Highs().version()}"


class Program:
    """An integer program in one HiGHS object, whose goals are reached and held one after another.

    Linear relaxations start from the last basis; whole numbers are searched for only when the
    relaxation's vertex is not whole (`exact`), or never (`relaxed`).
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
        self.exact = exact
        self.deadline = time.monotonic() + seconds
        self.highs = _quiet(seed)
        self.highs.passModel(_program(lower, upper, rows))
        self.columns = len(upper)
        self.solution = np.zeros(self.columns)
        self.duals: np.ndarray = np.zeros(0)

    def maximise(self, goal: Terms) -> float:
        """Return the most that the goal can reach under all rows, or raise Unsolved."""
        self._aim(goal)
        self._run()
        if self.exact and not self._is_whole():
            self._run_whole()
        return float(sum(factor * self.solution[column] for column, factor in goal.items()))

    def values(self) -> list[float]:
        """Return the present value of every column."""
        return [float(value) for value in self.solution]

    def hold(self, terms: Terms, low: float = -INFINITE, high: float = INFINITE) -> int:
        """Add a rule that every later goal respects; return its number."""
        indices = np.fromiter(terms.keys(), dtype=np.int32, count=len(terms))
        values = np.fromiter(terms.values(), dtype=np.float64, count=len(terms))
        self.highs.addRow(low, high, len(terms), indices, values)
        return int(self.highs.getNumRow()) - 1

    def loosen(self, row: int) -> None:
        """Let go of a rule."""
        self.highs.changeRowBounds(row, -INFINITE, INFINITE)

    def column(self, low: float, high: float) -> int:
        """Add a continuous column; return its number."""
        self.highs.addCol(0.0, low, high, 0, np.zeros(0, np.int32), np.zeros(0, np.float64))
        self.whole = np.append(self.whole, values=False)
        self.solution = np.append(self.solution, 0.0)
        self.columns += 1
        return self.columns - 1

    def bound(self, column: int, low: float, high: float) -> None:
        """Change the bounds of one column."""
        self.highs.changeColBounds(column, low, high)

    def price(self, row: int) -> float:
        """Return the dual value of a row after the last relaxation (0: it did not bind)."""
        return float(self.duals[row])

    def _aim(self, goal: Terms) -> None:
        costs = np.zeros(self.columns)
        for column, factor in goal.items():
            costs[column] = factor
        self.highs.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), costs)

    def _run(self) -> None:
        self._go()
        found = self.highs.getSolution()
        self.solution = np.array(found.col_value)
        self.duals = np.array(found.row_dual)

    def _run_whole(self) -> None:
        basis = self.highs.getBasis()
        numbers = np.flatnonzero(self.whole).astype(np.int32)
        self._integrality(numbers, highspy.HighsVarType.kInteger)
        try:
            self._go()
            self.solution = np.array(self.highs.getSolution().col_value)
            self.solution[self.whole] = np.round(self.solution[self.whole])
        finally:
            self._integrality(numbers, highspy.HighsVarType.kContinuous)
            self.highs.setBasis(basis)

    def _integrality(self, numbers: np.ndarray, kind: "highspy.HighsVarType") -> None:
        kinds = np.full(len(numbers), int(kind), dtype=np.uint8)
        self.highs.changeColsIntegrality(len(numbers), numbers, kinds)

    def _go(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Unsolved("time")
        # HiGHS counts its own clock from its first run.
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + left)
        self.highs.run()
        status = self.highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise Unsolved(self.highs.modelStatusToString(status))

    def _is_whole(self) -> bool:
        values = self.solution[self.whole]
        return bool(np.all(np.abs(values - np.round(values)) < _WHOLE))


def _quiet(seed: int) -> "highspy.Highs":
    highs = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", seed),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 1e-6),
    ):
        highs.setOptionValue(option, value)
    return highs


def _program(
    lower: Sequence[float], upper: Sequence[float], rows: Sequence[Row]
) -> "highspy.HighsLp":
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(upper), len(rows)
    lp.col_cost_ = np.zeros(len(upper))
    lp.col_lower_ = np.array(lower, dtype=np.float64)
    lp.col_upper_ = np.array(upper, dtype=np.float64)
    lp.row_lower_ = np.array([row.low for row in rows])
    lp.row_upper_ = np.array([row.high for row in rows])
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lengths = [0, *(len(row.terms) for row in rows)]
    lp.a_matrix_.start_ = np.cumsum(lengths).astype(np.int32)
    lp.a_matrix_.index_ = np.array([c for row in rows for c in row.terms], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([v for row in rows for v in row.terms.values()], dtype=float)
    return lp
