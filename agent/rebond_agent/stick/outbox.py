"""Statements on the stick: written before anything else happens, deleted on a signed receipt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import RLock
from uuid import UUID

from rebond_agent.errors import StatementTooLarge, StickDamaged
from rebond_agent.stick import Head, Stick, held, ledger, read_head, write_head
from rebond_agent.stick.durable import TEMPORARY
from rebond_agent.stick.parcel import RECEIPT, numbered, unpacked
from rebond_schemas.codec import Unreadable, decode, encode
from rebond_schemas.parcel import Parcel, Torn, pack
from rebond_schemas.statement import AnyStatement


class Aside(StrEnum):
    """Why a statement is kept but not sent again; also the folder's name in the outbox."""

    QUARANTINE = "quarantine"
    """Torn or edited on the stick."""
    CONFLICT = "conflict"
    """The server holds other bytes under the same id."""
    REFUSED = "refused"
    """The server read it and would not have it."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A file in the outbox that could not be trusted, and why."""

    file: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the next statement stands in the stick's chain."""

    sequence: int
    previous: str | None


class Outbox:
    """The outbox of one stick, for as long as this process holds the stick.

    Any thread may use it: `hand` lets one write at a time.
    """

    def __init__(self, stick: Stick) -> None:
        """Read the outbox; what is torn goes to quarantine and is told in `notices`."""
        self.stick = stick
        self._public = stick.settings.public_key
        self.hand = RLock()
        self.notices: tuple[Notice, ...] = ()
        stick.disk.folder(stick.outbox)
        _forget_unfinished(stick.outbox)
        self._delivered = {line.statement: line for line in ledger.read(stick.ledger)}
        self._waiting = {parcel.sequence: parcel for parcel in self._read_all()}
        self._head = self._last()

    @property
    def waiting(self) -> tuple[Parcel, ...]:
        """What is still to be sent, in the order it was made."""
        with self.hand:
            return tuple(self._waiting[sequence] for sequence in sorted(self._waiting))

    @property
    def place(self) -> Place:
        """Where the next statement stands."""
        return Place(sequence=self._head.sequence + 1, previous=self._head.sha256)

    def put(self, make: Callable[[Place], AnyStatement]) -> Parcel:
        """Sign and seal the statement made for the next place; then it survives a power cut."""
        with self.hand:
            return self._put(make)

    def _put(self, make: Callable[[Place], AnyStatement]) -> Parcel:
        statement = make(self.place)
        raw = encode(statement)
        try:
            decode(raw)
        except Unreadable as error:
            raise StatementTooLarge(reason=str(error)) from error
        settings = self.stick.settings
        parcel = pack(
            self.stick.key,
            bytes.fromhex(settings.sealing_key),
            raw,
            stick=settings.stick,
            statement=statement.id,
            sequence=statement.sequence,
        )
        self.stick.disk.write(self.stick.outbox / parcel.file_name, parcel.content)
        self._head = Head(sequence=parcel.sequence, sha256=parcel.sha256)
        self._waiting[parcel.sequence] = parcel
        write_head(self.stick, self._head)
        return parcel

    def knows(self, statement: UUID) -> bool:
        """Tell whether this statement was ever finished on this stick."""
        return (
            statement in self._delivered
            or any(parcel.statement == statement for parcel in self._waiting.values())
            or any(named[1] == statement for named in _numbers_aside(self.stick.outbox))
        )

    def delivered(self, parcel: Parcel, receipt: bytes, signature: str) -> None:
        """Note the verified receipt, then delete the statement; a crash between loses nothing."""
        with self.hand:
            line = ledger.add(self.stick.disk, self.stick.ledger, parcel, receipt, signature)
            self._delivered[line.statement] = line
            self._drop(parcel)

    def set_aside(self, parcel: Parcel, why: Aside) -> None:
        """Keep a statement without sending it again."""
        with self.hand:
            self.stick.disk.move(self.stick.outbox / parcel.file_name, self.stick.outbox / why)
            del self._waiting[parcel.sequence]

    def receipt_path(self, parcel: Parcel) -> Path:
        """Where the server's own computer leaves its receipt when the stick was plugged in there."""
        return self.stick.outbox / f"{parcel.file_name}{RECEIPT}"

    def _drop(self, parcel: Parcel) -> None:
        receipt = self.receipt_path(parcel)
        self.stick.disk.remove(self.stick.outbox / parcel.file_name)
        self._waiting.pop(parcel.sequence, None)
        if receipt.exists():
            self.stick.disk.remove(receipt)

    def _read_all(self) -> Iterator[Parcel]:
        for path in sorted(self.stick.outbox.glob("*")):
            if path.is_dir() or path.name.endswith(RECEIPT):
                continue
            try:
                parcel = unpacked(self._public, path.name, path.read_bytes())
            except (Torn, OSError) as error:
                self._quarantine(path, str(error))
                continue
            line = self._delivered.get(parcel.statement)
            if line is not None and line.sha256 == parcel.sha256:
                # The receipt was noted, the power went before the deletion.
                self.stick.disk.remove(path)
                continue
            yield parcel

    def _quarantine(self, path: Path, reason: str) -> None:
        self.stick.disk.move(path, self.stick.outbox / Aside.QUARANTINE)
        self.notices += (Notice(file=path.name, reason=reason),)

    def _last(self) -> Head:
        """Return the highest number ever given, by whichever witness; its hash where one knows."""
        heads = [
            *(Head(sequence=one.sequence, sha256=one.sha256) for one in self._waiting.values()),
            *(Head(sequence=one.sequence, sha256=one.sha256) for one in self._delivered.values()),
            *_heads_aside(self.stick),
            read_head(self.stick),
        ]
        known = max(heads, key=lambda head: head.sequence)
        numbers = [sequence for sequence, _ in _numbers_aside(self.stick.outbox)]
        return Head(sequence=max([known.sequence, *numbers]), sha256=known.sha256)


@contextmanager
def opened(stick: Stick) -> Iterator[Outbox]:
    """Hold the stick and give its outbox; raise StickInUse or StickDamaged."""
    with held(stick.folder):
        try:
            outbox = Outbox(stick)
        except OSError as error:
            raise StickDamaged(path="outbox", reason=error.strerror or str(error)) from error
        yield outbox


def counts(folder: Path) -> dict[str, int]:
    """Return how many statements wait (`waiting`) and how many stand aside, without touching any."""
    outbox = folder / "outbox"
    names = {"waiting": outbox} | {str(why): outbox / why for why in Aside}
    return {
        name: sum(1 for path in place.glob("*.statement*") if not path.name.endswith(RECEIPT))
        for name, place in names.items()
    }


def _forget_unfinished(outbox: Path) -> None:
    """Delete files that never got their name: the statement they were for was never promised."""
    for path in outbox.glob(f".*{TEMPORARY}"):
        path.unlink(missing_ok=True)


def _numbers_aside(outbox: Path) -> Iterator[tuple[int, UUID]]:
    for why in Aside:
        for path in (outbox / why).glob("*.statement*"):
            named = numbered(path)
            if named is not None:
                yield named


def _heads_aside(stick: Stick) -> Iterator[Head]:
    """Statements that the server would not have are still links of the stick's chain."""
    for why in (Aside.CONFLICT, Aside.REFUSED):
        for path in (stick.outbox / why).glob("*.statement*"):
            with suppress(Torn, OSError):
                parcel = unpacked(stick.settings.public_key, path.name, path.read_bytes())
                yield Head(sequence=parcel.sequence, sha256=parcel.sha256)
