"""A server in memory that keeps the contract: verifies, keeps the bytes, signs receipts.

Ships with the code so that everybody tests against the same one. `answers` are given first, in
place of the true answer; `takes_before_answering` keeps the statement all the same (a lost answer).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from rebond_agent.delivery.server import Answer
from rebond_agent.errors import Unreachable
from rebond_schemas.codec import decode, decode_as, encode
from rebond_schemas.exchange import Arrived, EnrolmentAnswer, EnrolmentRequest, Receipt, Refusal
from rebond_schemas.order import OrderRequest, WipeOrder
from rebond_schemas.parcel import Torn, read, read_part, signed_by
from rebond_schemas.progress import BenchProgress, ProgressAnswer
from rebond_schemas.read_order import ReadOrder
from rebond_schemas.sealing import derived_key, public_half, unseal
from rebond_schemas.signing import (
    ENROLMENT_TYPE,
    ORDER_REQUEST_TYPE,
    ORDER_TYPE,
    PART_TYPE,
    PROGRESS_TYPE,
    READ_ORDER_REQUEST_TYPE,
    READ_ORDER_TYPE,
    RECEIPT_TYPE,
    STATEMENT_TYPE,
    new_key,
    public_key,
    sign,
    verified,
)
from rebond_schemas.statement import AnyStatement

FAKE_TIME = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


@dataclass(kw_only=True)
class FakeServer:
    """Statements by id, every upload counted; refuses and fails as told."""

    url: str = "http://fake"
    key: bytes = field(default_factory=new_key)
    site: UUID = field(default_factory=uuid4)
    code: str = "GOOD-CODE"
    now: datetime = FAKE_TIME
    sticks: dict[UUID, str] = field(default_factory=dict)
    statements: dict[UUID, bytes] = field(default_factory=dict)
    uploads: list[UUID] = field(default_factory=list)
    answers: list[Answer | Unreachable | Callable[[Answer], Answer]] = field(default_factory=list)
    takes_before_answering: bool = False
    order: Callable[[OrderRequest], WipeOrder] | None = None
    read_order: Callable[[OrderRequest], ReadOrder] | None = None
    heard: list[BenchProgress] = field(default_factory=list)
    interval: float = 1.0
    arrived: dict[str, bytes] = field(default_factory=dict)
    """By SHA-256 of a parcel: as much of it as has come in parts."""

    def enrol(self, request: bytes, signature: str) -> Answer:
        """Accept the good code with a good signature; the same key again gets the same name."""
        asked: EnrolmentRequest = decode_as(request, EnrolmentRequest)
        if not verified(asked.public_key, ENROLMENT_TYPE, request, signature):
            return refusal(401, "signature", "La signature ne correspond pas à la clé.")
        if asked.code != self.code:
            return refusal(403, "code", "Ce code n'est pas le bon ou n'est plus valable.")
        known = [stick for stick, key in self.sticks.items() if key == asked.public_key]
        stick = known[0] if known else uuid4()
        self.sticks[stick] = asked.public_key
        answer = EnrolmentAnswer(
            stick=stick,
            site=self.site,
            site_name="Atelier d'essai",
            server_public_key=public_key(self.key),
            sealing_key=public_half(derived_key(self.key)).hex(),
            at=self.now,
        )
        return Answer(status=201, body=encode(answer))

    def take(self, parcel: bytes) -> Answer:
        """Answer as told in `answers`, then truly."""
        if not self.answers:
            return self._open(parcel)
        planned = self.answers.pop(0)
        if callable(planned):
            return planned(self._open(parcel))
        if self.takes_before_answering:
            self._open(parcel)
        if isinstance(planned, Unreachable):
            raise planned
        return planned

    def take_part(self, part: bytes) -> Answer:
        """Put parts one behind the other; the last one makes a parcel of them."""
        try:
            found, told, signature = read_part(part)
        except Torn as torn:
            return refusal(400, "part", str(torn))
        known = self.sticks.get(found.stick)
        if known is None or not verified(known, PART_TYPE, told, signature):
            return refusal(401, "stick", "Cette clé n'est pas connue ici.")
        held = self.arrived.setdefault(found.parcel, b"")
        if found.offset == len(held):
            held = self.arrived[found.parcel] = held + found.data
        if len(held) < found.total:
            return Answer(status=202, body=encode(Arrived(offset=len(held))))
        return self.take(held)

    def ask_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Give the order that was put here; none is an answer of an older server."""
        known = self.sticks.get(stick)
        if known is None or not verified(known, ORDER_REQUEST_TYPE, request, signature):
            return refusal(401, "stick", "Cette clé n'est pas connue ici.")
        if self.order is None:
            return refusal(404, "none", "Ce serveur ne donne pas d'ordres.")
        asked: OrderRequest = decode_as(request, OrderRequest)
        order = self.order(asked)
        body = encode(order)
        return Answer(status=200, body=body, signature=sign(self.key, ORDER_TYPE, body))

    def ask_read_order(self, request: bytes, stick: UUID, signature: str) -> Answer:
        """Give the read order that was put here."""
        known = self.sticks.get(stick)
        if known is None or not verified(known, READ_ORDER_REQUEST_TYPE, request, signature):
            return refusal(401, "stick", "Cette clé n'est pas connue ici.")
        if self.read_order is None:
            return refusal(404, "none", "Ce serveur ne donne pas d'ordres.")
        asked: OrderRequest = decode_as(request, OrderRequest)
        body = encode(self.read_order(asked))
        return Answer(status=200, body=body, signature=sign(self.key, READ_ORDER_TYPE, body))

    def hear(self, sealed: bytes, stick: UUID, signature: str) -> Answer:
        """Remember what a bench told."""
        known = self.sticks.get(stick)
        if known is None or not verified(known, PROGRESS_TYPE, sealed, signature):
            return refusal(401, "stick", "Cette clé n'est pas connue ici.")
        self.heard.append(decode_as(unseal(derived_key(self.key), sealed), BenchProgress))
        return Answer(status=200, body=encode(ProgressAnswer(seconds=self.interval)))

    def _open(self, content: bytes) -> Answer:
        try:
            parcel = read(content)
        except Torn as torn:
            return refusal(400, "parcel", str(torn))
        known = self.sticks.get(parcel.stick)
        if known is None or not signed_by(parcel, known):
            return refusal(401, "stick", "Cette clé n'est pas connue ici.")
        raw = unseal(derived_key(self.key), parcel.sealed)
        return self._take(raw, parcel.stick, parcel.signature)

    def _take(self, raw: bytes, stick: UUID, signature: str) -> Answer:
        known = self.sticks.get(stick)
        if known is None or not verified(known, STATEMENT_TYPE, raw, signature):
            return refusal(401, "stick", "Cette clé n'est pas connue ici.")
        statement = decode(raw)
        self.uploads.append(statement.id)
        held = self.statements.setdefault(statement.id, raw)
        if held != raw:
            return refusal(409, "conflict", "Ce relevé existe déjà avec un autre contenu.")
        body = self.receipt(statement, raw)
        return Answer(status=201, body=body, signature=sign(self.key, RECEIPT_TYPE, body))

    def receipt(self, statement: AnyStatement, raw: bytes) -> bytes:
        """Return the bytes of the true receipt."""
        return encode(
            Receipt(
                statement=statement.id,
                sha256=hashlib.sha256(raw).hexdigest(),
                site=self.site,
                stick=statement.stick,
                received=self.now,
            )
        )


def refusal(status: int, error: str, message: str) -> Answer:
    """Return a refusal as the server writes it."""
    return Answer(status=status, body=encode(Refusal(error=error, message=message)))
