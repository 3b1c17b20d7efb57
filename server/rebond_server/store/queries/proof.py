"""What people added to the evidence of one device, as the rules ask for it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from rebond_server.domain.role import Role
from rebond_server.store.device import Device, DriveRow, JudgementRow
from rebond_server.store.history import HistoryEvent
from rebond_server.store.hold import ResetWitness
from rebond_server.store.people import Account
from rebond_server.store.proof import Acceptance, Witness, Witnessed

ENOUGH = 2


def declared_empty(session: Session, device: Device) -> bool:
    """Say whether two different people declared, in this cycle, that the device holds no drive."""
    return device.id in all_declared_empty(session, device.site_id, [device.id])


def all_declared_empty(session: Session, site_id: UUID, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return which of these devices two different people declared to hold no drive, in this cycle."""
    rows = session.execute(
        _witnessed(site_id, ids, Witnessed.NO_MEDIA, Witness.device_id).group_by(Witness.device_id)
    )
    return frozenset(device for device, people in rows if people >= ENOUGH)


def _witnessed(site_id: UUID, ids: Sequence[UUID], what: Witnessed, of: Any) -> Select[Any]:  # noqa: ANN401 - a column
    """Select what was seen of these devices in their present cycles, and how many people saw it."""
    return (
        select(of, func.count(func.distinct(Witness.seen_by)))
        .join(
            Device,
            and_(
                Device.site_id == Witness.site_id,
                Device.id == Witness.device_id,
                Device.cycle == Witness.cycle,
            ),
        )
        .where(Witness.site_id == site_id, Witness.device_id.in_(ids), Witness.what == what)
    )


def accepted_judgements(
    session: Session, site_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, tuple[str, str]]:
    """Return by judgement of these devices who accepted its limits (login) and why."""
    rows = session.execute(
        select(Acceptance.judgement_id, Account.login, Acceptance.reason)
        .join(
            DriveRow,
            and_(DriveRow.site_id == Acceptance.site_id, DriveRow.id == Acceptance.drive_id),
        )
        .join(
            Account,
            and_(Account.site_id == Acceptance.site_id, Account.id == Acceptance.accepted_by),
        )
        .where(Acceptance.site_id == site_id, DriveRow.device_id.in_(ids))
    )
    return {judgement: (login, reason) for judgement, login, reason in rows}


def accepted_of(session: Session, judgement: JudgementRow) -> tuple[str, str] | None:
    """Return who accepted the limits of this judgement (login) and why; None when nobody did."""
    row = session.execute(
        select(Account.login, Acceptance.reason)
        .join(
            Account,
            and_(Account.site_id == Acceptance.site_id, Account.id == Acceptance.accepted_by),
        )
        .where(
            Acceptance.site_id == judgement.site_id,
            Acceptance.judgement_id == judgement.id,
            Acceptance.drive_id == judgement.drive_id,
        )
    ).first()
    return None if row is None else (row.login, row.reason)


SAID_DESTROYED = "say_drives_destroyed"


class Said(NamedTuple):
    """One person's word that the drives of a device were destroyed."""

    account_id: UUID
    login: str
    role: Role
    at: datetime
    reason: str | None


def said_destroyed(session: Session, device: Device) -> tuple[Said, ...]:
    """Return who said in this cycle that the drives were destroyed, oldest first.

    The word lives in the history alone: nobody can take it back or change it.
    """
    rows = _said(session, device, SAID_DESTROYED)
    return tuple(
        Said(row.actor_id, person.login, Role(row.details["role"]), row.at, row.reason)
        for row, person in rows
        if row.actor_id is not None
    )


def _said(session: Session, device: Device, verb: str) -> Iterator[tuple[HistoryEvent, Account]]:
    """Yield what people said with this verb in the device's present cycle, oldest first."""
    rows = session.execute(
        select(HistoryEvent, Account)
        .join(
            Account,
            and_(Account.site_id == HistoryEvent.site_id, Account.id == HistoryEvent.actor_id),
        )
        .where(
            HistoryEvent.site_id == device.site_id,
            HistoryEvent.subject_kind == "device",
            HistoryEvent.subject_id == device.id,
            HistoryEvent.verb == verb,
        )
        .order_by(HistoryEvent.at, HistoryEvent.sequence)
    )
    for row, person in rows:
        if row.details["cycle"] == device.cycle:
            yield row, person


def destroyed_drives(session: Session, site_id: UUID, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return the drives of these devices that two different people saw destroyed in this cycle."""
    rows = session.execute(
        _witnessed(site_id, ids, Witnessed.DESTROYED, Witness.drive_id).group_by(Witness.drive_id)
    )
    return frozenset(drive for drive, people in rows if drive is not None and people >= ENOUGH)


RESET = "reset"
ERASED_ELSEWHERE = "erased_elsewhere"
SAID_ERASED_ELSEWHERE = "say_erased_elsewhere"
"""The verb of that word in the history, which alone keeps it: nobody can take it back."""


class Word(NamedTuple):
    """One person's word about what she saw."""

    account_id: UUID
    name: str
    at: datetime
    reason: str


class Attestation(NamedTuple):
    """What people say they saw in this cycle, of one drive or of the whole device (`drive` None)."""

    what: str
    """`destroyed`, `no_media`, `reset` or `erased_elsewhere`."""
    drive: DriveRow | None
    words: tuple[Word, ...]

    @property
    def enough(self) -> bool:
        """Say whether two different people saw it."""
        return len({one.account_id for one in self.words}) >= ENOUGH


def attestations(session: Session, device: Device) -> tuple[Attestation, ...]:
    """Return everything that people attested of this device in its present cycle, oldest first."""
    found: dict[tuple[str, UUID | None], list[Word]] = {}
    witnessed = select(Witness.what, Witness.drive_id, *_word(Witness)).join(
        Account, and_(Account.site_id == Witness.site_id, Account.id == Witness.seen_by)
    )
    reset = select(*_word(ResetWitness)).join(
        Account, and_(Account.site_id == ResetWitness.site_id, Account.id == ResetWitness.seen_by)
    )
    for what, drive, *word in session.execute(_of_cycle(witnessed, Witness, device)):
        found.setdefault((what.value, drive), []).append(Word(*word))
    for said in session.execute(_of_cycle(reset, ResetWitness, device)):
        found.setdefault((RESET, None), []).append(Word(*said))
    for pulled, spoken in _erased_elsewhere(session, device):
        found.setdefault((ERASED_ELSEWHERE, pulled), []).append(spoken)
    return tuple(
        Attestation(
            what,
            None if drive is None else session.get_one(DriveRow, (device.site_id, drive)),
            tuple(words),
        )
        for (what, drive), words in found.items()
    )


def _erased_elsewhere(session: Session, device: Device) -> list[tuple[UUID, Word]]:
    """Return by drive who said in this cycle that other tools than ours erased it."""
    rows = _said(session, device, SAID_ERASED_ELSEWHERE)
    return [
        (UUID(row.details["drive"]), Word(row.actor_id, person.name, row.at, row.reason or ""))
        for row, person in rows
        if row.actor_id is not None
    ]


def _word(table: type[Witness | ResetWitness]) -> tuple[Any, ...]:
    return (table.seen_by, Account.name, table.at, table.reason)


def _of_cycle(
    query: Select[Any], table: type[Witness | ResetWitness], device: Device
) -> Select[Any]:
    return query.where(
        table.site_id == device.site_id,
        table.device_id == device.id,
        table.cycle == device.cycle,
    ).order_by(table.at, table.id)
