"""Instructions of officers to the plan: pin, set apart, reserve; each with a reason, until it ends."""

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from rebond_schemas.plan import Hold, Pin
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound, Taken
from rebond_server.operations.history import tell
from rebond_server.operations.requests import request_of
from rebond_server.operations.step import device_of, reason_given
from rebond_server.operations.work import Work
from rebond_server.store.hold import HoldRow
from rebond_server.store.ids import uuid7


def record_hold(
    work: Work, kind: Hold, device_id: UUID | None, request_id: UUID | None, reason: str,
    expires: date | None = None,
) -> HoldRow:  # fmt: skip
    """Tell the plan what a person has decided; a reserve (lock) names a device and a request.

    Raises Taken when the device is reserved already.
    """
    work.require(Permission.PLAN)
    given = reason_given(reason)
    _check(work, kind, device_id, request_id, expires)
    if device_id is not None:
        device_of(work, device_id)
    if request_id is not None:
        request_of(work, request_id)
    if kind is Hold.LOCK and any(
        one.kind is Hold.LOCK and one.device_id == device_id for one in holds_now(work)
    ):
        raise Taken(
            Sentence(
                fr="Cet appareil est déjà réservé : levez d'abord la réserve.",
                en="This device is reserved already: lift the reserve first.",
            )
        )
    row = HoldRow(
        site_id=work.site_id, id=uuid7(work.now), kind=kind, device_id=device_id,
        request_id=request_id, reason=given, made=work.now, made_by=work.person(), expires=expires,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    tell(work, f"hold_{kind.value}", _subject(row), new=_named(row), reason=given)
    return row


def lift_hold(work: Work, hold_id: UUID) -> None:
    """End an instruction; the next plan no longer follows it."""
    work.require(Permission.PLAN)
    row = work.session.get(HoldRow, (work.site_id, hold_id), with_for_update=True)
    if row is None or row.lifted is not None:
        raise NotFound(Sentence(fr="Cette consigne n'est plus là.", en="This instruction is gone."))
    row.lifted = work.now
    tell(work, "lift_hold", _subject(row), old=row.kind.value)


def holds_now(work: Work) -> list[HoldRow]:
    """Return the instructions that count today, oldest first."""
    return list(
        work.session.scalars(
            select(HoldRow)
            .where(
                HoldRow.site_id == work.site_id,
                HoldRow.lifted.is_(None),
                or_(HoldRow.expires.is_(None), HoldRow.expires >= work.now.date()),
            )
            .order_by(HoldRow.made, HoldRow.id)
        )
    )


def standing_holds(
    work: Work, here: set[str], locked: set[str], codes: Mapping[UUID, str]
) -> Iterator[Pin]:
    """Yield the instructions as the plan reads them; what names a device that left is passed over."""
    for row in holds_now(work):
        device = None if row.device_id is None else str(row.device_id)
        request = None if row.request_id is None else codes.get(row.request_id)
        gone = device is not None and device not in here
        settled = device in locked and row.kind is not Hold.FORBID
        if not gone and not settled and (row.request_id is None or request is not None):
            yield Pin(hold=row.kind, reason=row.reason[:256], device=device, request=request)


def _check(
    work: Work, kind: Hold, device_id: UUID | None, request_id: UUID | None, expires: date | None
) -> None:
    named = (device_id is not None) + (request_id is not None)
    if named == 0 or (kind is Hold.LOCK and named == 1) or (kind is Hold.PIN and not request_id):
        raise BadValue(
            Sentence(
                fr="Dites pour quelle demande, et pour une réserve aussi quel appareil.",
                en="Say for which request, and for a reserve also which device.",
            )
        )
    if expires is not None and expires < work.now.date():
        raise BadValue(
            Sentence(fr="Cette date est déjà passée.", en="This date has passed already.")
        )


def _subject(row: HoldRow) -> tuple[str, UUID]:
    if row.device_id is not None:
        return ("device", row.device_id)
    assert row.request_id is not None  # noqa: S101 - the table's own check; tells the type checker
    return ("request", row.request_id)


def _named(row: HoldRow) -> str:
    return str(row.request_id or row.device_id)
