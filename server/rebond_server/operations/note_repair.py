"""What was done to a device at the bench, or what it still needs: a note that history keeps."""

from enum import StrEnum
from uuid import UUID

from rebond_server.domain.policy import Permission
from rebond_server.operations.history import tell
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.history import HistoryEvent

NOTE_REPAIR = "note_repair"


class Outcome(StrEnum):
    """How a repair stands."""

    DONE = "done"
    NEEDS_PART = "needs_part"
    UNDER_WAY = "under_way"
    NOT_WORTH = "not_worth"


def note_repair(work: Work, device_id: UUID, outcome: Outcome, told: str) -> HistoryEvent:
    """Keep what was repaired, is under way, or is not worth it; no state changes by it.

    Raises BadValue when nothing is told. Never write a name into it: history is not purged.
    """
    work.require(Permission.RECEIVE_DEVICE)
    device = device_of(work, device_id)
    return tell(
        work, NOTE_REPAIR, ("device", device.id), new=outcome.value, reason=reason_given(told)
    )
