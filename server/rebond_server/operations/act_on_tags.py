"""The same step for every tag that was scanned or pasted: same rules, same events, one result each."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from rebond_server.domain.errors import Refused
from rebond_server.domain.grading import Letter
from rebond_server.domain.intake.item import read_tag
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.examine_by_hand import examine_by_hand, witness_reset
from rebond_server.operations.grade_device import confirm_grade
from rebond_server.operations.hold_device import hold_device, resume_device
from rebond_server.operations.place_device import move_device
from rebond_server.operations.put_in_lot import put_in_lot
from rebond_server.operations.undo_bulk import before, remember
from rebond_server.operations.work import ActorKind, Work
from rebond_server.store.queries.device_page import device_by_tag

MOST_TAGS = 500


class BulkAction(StrEnum):
    """What may be done with many devices at once; the goal is a place, a lot, a reason, or a grade."""

    MOVE = "move"
    LOT = "lot"
    HOLD = "hold"
    RESUME = "resume"
    RESET = "reset"
    EXAMINE = "examine"
    CONFIRM = "confirm"


PERMISSIONS: dict[BulkAction, Permission] = {
    BulkAction.MOVE: Permission.RECEIVE_DEVICE,
    BulkAction.LOT: Permission.MANAGE_LOTS,
    BulkAction.HOLD: Permission.HOLD,
    BulkAction.RESUME: Permission.RESUME,
    BulkAction.RESET: Permission.WITNESS,
    BulkAction.EXAMINE: Permission.CONFIRM_GRADE,
    BulkAction.CONFIRM: Permission.CONFIRM_GRADE,
}


@dataclass(frozen=True, kw_only=True)
class TagResult:
    """What became of one tag; `refusal` is None when it was done."""

    tag: str
    refusal: Sentence | None


def act_on_tags(work: Work, action: BulkAction, text: str, goal: str) -> tuple[TagResult, ...]:
    """Do one thing with each tag of a scanned or pasted list; what is refused leaves the rest done.

    `goal` is a place, a lot or a reason; to examine by hand it is a grade and a reason ("B, testé").
    """
    work.require(PERMISSIONS[action])
    tags = list(dict.fromkeys(part for part in re.split(r"[\s;,]+", text) if part))
    if not tags:
        raise BadValue(Sentence(fr="Scannez au moins une étiquette.", en="Scan at least one tag."))
    if len(tags) > MOST_TAGS:
        raise BadValue(
            Sentence(
                fr=f"Au plus {MOST_TAGS} étiquettes à la fois.",
                en=f"At most {MOST_TAGS} tags at a time.",
            )
        )
    were: list[dict[str, str | None]] = []
    results = tuple(_one(work, tag, _STEPS[action], goal, were) for tag in tags)
    if were and action in UNDOABLE and work.actor.kind is ActorKind.ACCOUNT:
        remember(work, action.value, goal, were)
    return results


UNDOABLE = frozenset({BulkAction.MOVE, BulkAction.LOT, BulkAction.HOLD})
"""What can be taken back: nothing left the building, and nothing was proven or promised by it."""


def _one(
    work: Work,
    scanned: str,
    step: Callable[[Work, UUID, str], object],
    goal: str,
    were: list[dict[str, str | None]],
) -> TagResult:
    tag = read_tag(scanned)
    if isinstance(tag, Sentence):
        return TagResult(tag=scanned, refusal=tag)
    device_id = device_by_tag(work.session, work.site_id, tag)
    if device_id is None:
        unknown = Sentence(
            fr="Aucun appareil ne porte cette étiquette.", en="No device has this tag."
        )
        return TagResult(tag=tag, refusal=unknown)
    was = before(work, device_id)
    try:
        with work.session.begin_nested():
            step(work, device_id, goal)
    except Refused as refusal:
        return TagResult(tag=tag, refusal=refusal.sentence)
    if was != before(work, device_id):
        were.append(was)
    return TagResult(tag=tag, refusal=None)


def _to_lot(work: Work, device_id: UUID, code: str) -> None:
    put_in_lot(work, [device_id], code)


def _examine(work: Work, device_id: UUID, goal: str) -> None:
    letter, _, reason = goal.strip().partition(" ")
    letter = letter.strip(",;:.")
    if letter not in {one.value for one in Letter}:
        raise BadValue(
            Sentence(
                fr="Écrivez d'abord la catégorie, puis une raison : « B testé, sans rayure ».",
                en="Write the grade first, then a reason: “B tested, no scratch”.",
            )
        )
    examine_by_hand(work, device_id, Letter(letter), reason)


def _confirm(work: Work, device_id: UUID, goal: str) -> None:
    confirm_grade(work, device_id, reason=goal)


_STEPS: dict[BulkAction, Callable[[Work, UUID, str], object]] = {
    BulkAction.MOVE: move_device,
    BulkAction.LOT: _to_lot,
    BulkAction.HOLD: hold_device,
    BulkAction.RESUME: resume_device,
    BulkAction.RESET: witness_reset,
    BulkAction.EXAMINE: _examine,
    BulkAction.CONFIRM: _confirm,
}
