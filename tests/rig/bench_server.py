"""The workshop's server behind the rig: enrols sticks, takes what they say, tells its verdicts.

The real operations on a database of their own, without HTTP between.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from rebond_agent.delivery import send_all
from rebond_agent.delivery.enrolment import enrol
from rebond_agent.delivery.server import Answer
from rebond_agent.stick import held, open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import opened
from rebond_schemas import codec
from rebond_schemas.exchange import Arrived
from rebond_schemas.statement import Erasure
from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.operations.answers import Accepted, Declined
from rebond_server.operations.enrol_stick import enrol_stick
from rebond_server.operations.issue_enrolment_code import issue_enrolment_code
from rebond_server.operations.read_order import give_read_order
from rebond_server.operations.receive_parcel import receive_parcel, receive_part
from rebond_server.operations.set_up import set_up
from rebond_server.operations.work import NOBODY, Work, command_line
from rebond_server.operations.workshop import Workshop, open_workshop
from rebond_server.store.device import JudgementRow
from rebond_server.store.stick import StatementKind, StatementRow

POSITIVE = frozenset({Verdict.CLEARED, Verdict.CLEARED_WITH_LIMITS, Verdict.PURGED})
"""Verdicts that call a drive erased."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One erasure as the stick states it, and what the server makes of it."""

    statement: Erasure
    verdict: Verdict
    reasons: tuple[str, ...]

    @property
    def serial(self) -> str:
        """Serial number of the drive."""
        return self.statement.drive.serial or "?"


@dataclass(frozen=True, kw_only=True)
class BenchServer:
    """The operations, as the agent's delivery sees a server."""

    workshop: Workshop
    url: str = "http://rig"

    def enrol(self, request: bytes, signature: str) -> Answer:
        """Make a stick known."""
        with self.workshop.work(NOBODY, _now()) as work:
            return _answer(enrol_stick(work, request, signature), 201)

    def take(self, parcel: bytes) -> Answer:
        """Take one sealed statement in."""
        with self.workshop.work(NOBODY, _now()) as work:
            return _answer(receive_parcel(work, parcel), 200)

    def take_part(self, part: bytes) -> Answer:
        """Take some bytes of a longer parcel."""
        with self.workshop.work(NOBODY, _now()) as work:
            answer = receive_part(work, part)
        if isinstance(answer, Arrived):
            return Answer(status=202, body=codec.encode(answer))
        return _answer(answer, 200)

    def ask_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Give no order: the rig's agent is told by the command line."""
        raise NotImplementedError

    def ask_read_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Give the signed order of what to read once more."""
        with self.workshop.work(NOBODY, _now()) as work:
            return _answer(give_read_order(work, request, stick, signature), 200)

    def new_stick(self, folder: Path) -> None:
        """Enrol a stick in this folder."""
        with self.workshop.work(command_line(Role.LEAD), _now()) as work:
            code = issue_enrolment_code(work)
        folder.mkdir(parents=True)
        with held(folder):
            enrol(folder, self, code=code, name="rig", language="en", disk=Durable())

    def receive(self, folder: Path) -> tuple[Told, ...]:
        """Take in all that waits in the stick's outbox; return its erasures in their order.

        Raises ValueError when the server would not have a statement.
        """
        with opened(open_stick(folder, Durable())) as outbox:
            waiting = {parcel.statement for parcel in outbox.waiting}
            sent = send_all(outbox, self, sleep=lambda _: None, backoff=())
        if sent.unwanted or sent.problems or sent.waiting:
            said = [why.message for _, why in sent.unwanted] + list(map(str, sent.problems))
            raise ValueError(f"not taken: {said}, {sent.waiting} waiting")
        with self.workshop.work(NOBODY, _now(), reading=True) as work:
            rows = work.session.scalars(
                select(StatementRow)
                .where(StatementRow.id.in_(waiting), StatementRow.kind == StatementKind.ERASURE)
                .order_by(StatementRow.sequence)
            ).all()
            return tuple(_told(work, row) for row in rows)


def _told(work: Work, row: StatementRow) -> Told:
    erasure = codec.decode(work.evidence.bring(row.sha256))
    if not isinstance(erasure, Erasure):
        raise TypeError(f"{row.id} is no erasure")
    judged = work.session.scalars(
        select(JudgementRow).where(JudgementRow.statement_id == row.id)
    ).one_or_none()
    if judged is None:
        return Told(statement=erasure, verdict=Verdict.UNKNOWN, reasons=("no such drive",))
    codes = tuple(str(reason["code"]) for reason in judged.reasons)
    return Told(statement=erasure, verdict=judged.verdict, reasons=codes)


@contextmanager
def bench_server(folder: Path) -> Iterator[BenchServer]:
    """Give a server with an empty workshop, its files in this folder."""
    config = Config(
        var=folder / "var",
        database_url=f"sqlite:///{folder}/rebond.sqlite3",
        public_url="https://atelier.example",
    )
    folder.mkdir(parents=True, exist_ok=True)
    set_up(config, "Rig", _now())
    workshop = open_workshop(config)
    try:
        yield BenchServer(workshop=workshop)
    finally:
        workshop.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _answer(answer: Accepted | Declined, status: int) -> Answer:
    if isinstance(answer, Declined):
        return Answer(
            status=422, body=codec.encode({"error": answer.status, "message": answer.sentence.en})
        )
    return Answer(status=status, body=answer.body, signature=answer.signature)
