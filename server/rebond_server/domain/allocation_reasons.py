"""Why a request did not get all it asked for."""

from rebond_schemas.plan import Request
from rebond_schemas.plan_output import Reason, Why
from rebond_server.domain.allocation_run import Run
from rebond_server.domain.allocation_stock import Stock
from rebond_server.domain.programme import request_misses


class Reasons:
    """The reasons of one plan."""

    def __init__(self, stock: Stock, done: Run, units: dict[str, int]) -> None:
        self.stock, self.done, self.units = stock, done, units

    def of(self, request: Request) -> tuple[tuple[Reason, ...], bool]:
        """Return what stands in the way of one more unit, and whether that was tried."""
        misses = tuple(request_misses(request, self.stock.known))
        if misses:
            return (Reason(why=Why.NOT_ELIGIBLE, misses=misses),), False
        return (Reason(why=Why.TIE),), False
