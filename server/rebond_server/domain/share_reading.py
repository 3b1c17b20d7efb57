"""A share of about 20 % of what? The three readings side by side, with what was given."""

from collections.abc import Iterable
from math import floor

from msgspec import Struct

from rebond_schemas.plan import Base, Share
from rebond_server.domain.fate import Fate, Stage
from rebond_server.domain.lifecycle import State


class Reading(Struct, frozen=True, kw_only=True):
    """One base: how many devices it counts, what the fraction of it is, and whether that was given."""

    base: Base
    counted: int
    promised: float
    given: int
    chosen: bool

    def met(self, tolerance: int) -> bool:
        """Say whether what was given reaches the promise, but for the tolerance."""
        return self.given >= floor(self.promised) - tolerance


_STAGES = {Base.COLLECTED: Stage.COLLECTED, Base.READY: Stage.GRADED, Base.RELEASED: Stage.RELEASED}


def readings(share: Share, fates: Iterable[Fate]) -> tuple[Reading, ...]:
    """Return the three readings of a share of a lot; "given" counts what was handed over."""
    kinds = {kind.value for kind in share.kinds}
    ones = [one for one in fates if not kinds or one.kind in kinds]
    given = sum(one.state is State.RELEASED and one.programme == share.programme for one in ones)
    return tuple(
        Reading(
            base=base,
            counted=(counted := sum(one.reached(stage) for one in ones)),
            promised=share.fraction * counted,
            given=given,
            chosen=base is share.base,
        )
        for base, stage in _STAGES.items()
    )
