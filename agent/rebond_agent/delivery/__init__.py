"""Sending what waits in the outbox: one by one, in order, as often as it takes, exactly once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import assert_never

from rebond_agent.delivery.server import Answer, Server
from rebond_agent.errors import (
    AgentError,
    BadReceipt,
    ServerBusy,
    StickUnknown,
    StrangeAnswer,
    Unreachable,
)
from rebond_agent.stick import Settings, anchored
from rebond_agent.stick.outbox import Aside, Outbox
from rebond_schemas.codec import Unreadable, decode_as
from rebond_schemas.exchange import Arrived, Receipt, Refusal
from rebond_schemas.parcel import PART_BYTES, Parcel, part
from rebond_schemas.signing import RECEIPT_TYPE, verified
from rebond_schemas.text import clean

BACKOFF = (1.0, 2.0, 4.0, 8.0)
"""Seconds between tries of one run of sending; afterwards the next run goes on."""

SHORT_BACKOFF = (1.0,)
"""After an inventory or a wipe nobody waits long: what was not sent is kept, and told."""

_TAKEN = (200, 201)
_MORE = 202
_TRANSIENT = (408, 425, 429)


@dataclass(frozen=True, kw_only=True)
class Held:
    """The server holds the statement and signed for it."""

    receipt: Receipt
    raw: bytes
    signature: str


@dataclass(frozen=True, kw_only=True)
class Unwanted:
    """The server read the statement and will never take it."""

    why: Aside
    message: str


@dataclass(frozen=True, kw_only=True)
class Shut:
    """The server does not accept this stick at all."""

    error: StickUnknown


@dataclass(frozen=True, kw_only=True)
class Later:
    """Nothing is settled: keep the statement; `again` says whether waiting may help."""

    error: AgentError
    again: bool


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What one run of sending came to."""

    held: tuple[Receipt, ...] = ()
    unwanted: tuple[tuple[Parcel, Unwanted], ...] = ()
    waiting: int = 0
    problems: tuple[AgentError, ...] = ()


def judge(answer: Answer, parcel: Parcel, settings: Settings) -> Held | Unwanted | Shut | Later:
    """Decide what an answer means for this statement. Doubt always keeps the statement."""
    if answer.status in _TAKEN:
        return _judge_receipt(answer, parcel, settings)
    if answer.status >= 500 or answer.status in _TRANSIENT:  # noqa: PLR2004 - RFC 9110, section 15.6
        return Later(error=ServerBusy(url=settings.server, status=answer.status), again=True)
    message = refusal_sentence(answer)
    if message is None:
        reason = f"HTTP {answer.status}"
        return Later(error=StrangeAnswer(url=settings.server, reason=reason), again=False)
    match answer.status:
        case 401:
            return Shut(error=StickUnknown(message=message))
        case 409:
            return Unwanted(why=Aside.CONFLICT, message=message)
        case _:
            return Unwanted(why=Aside.REFUSED, message=message)


def refusal_sentence(answer: Answer) -> str | None:
    """Return the server's sentence without its full stop; None: not a refusal of our server."""
    if not 400 <= answer.status < 500:  # noqa: PLR2004 - RFC 9110, section 15.5
        return None
    try:
        refusal: Refusal = decode_as(answer.body, Refusal)
    except Unreadable:
        return None
    return (clean(refusal.message) or clean(refusal.error) or str(answer.status)).rstrip(".")


def send_all(
    outbox: Outbox,
    server: Server,
    *,
    sleep: Callable[[float], None],
    backoff: Iterable[float] = BACKOFF,
) -> Sent:
    """Send what waits, in order. Stops early when the server is away or refuses the stick."""
    take_receipts(outbox)
    run = _Run(outbox=outbox, server=server, sleep=sleep, waits=iter(backoff))
    for parcel in outbox.waiting:
        if not run.send(parcel):
            break
    if run.held:
        outbox.stick = anchored(outbox.stick, max(receipt.received for receipt in run.held))
    return Sent(
        held=tuple(run.held),
        unwanted=tuple(run.unwanted),
        waiting=len(outbox.waiting),
        problems=tuple(run.problems),
    )


@dataclass(kw_only=True)
class _Run:
    outbox: Outbox
    server: Server
    sleep: Callable[[float], None]
    waits: Iterator[float]
    held: list[Receipt] = field(default_factory=list)
    unwanted: list[tuple[Parcel, Unwanted]] = field(default_factory=list)
    problems: list[AgentError] = field(default_factory=list)

    def send(self, parcel: Parcel) -> bool:
        """Settle one statement as far as possible; False: the others would fare no better."""
        outcome = self._try(parcel)
        match outcome:
            case Held():
                self.outbox.delivered(parcel, outcome.raw, outcome.signature)
                self.held.append(outcome.receipt)
            case Unwanted():
                self.outbox.set_aside(parcel, outcome.why)
                self.unwanted.append((parcel, outcome))
            case Shut():
                self.problems.append(outcome.error)
                return False
            case Later():
                self.problems.append(outcome.error)
                return not isinstance(outcome.error, Unreachable | StrangeAnswer)
            case _:
                assert_never(outcome)
        return True

    def _try(self, parcel: Parcel) -> Held | Unwanted | Shut | Later:
        """Ask until something is settled or the patience of this run is used up."""
        while True:
            outcome = self._ask(parcel)
            if not isinstance(outcome, Later) or not outcome.again:
                return outcome
            wait = next(self.waits, None)
            if wait is None:
                return outcome
            self.sleep(wait)

    def _ask(self, parcel: Parcel) -> Held | Unwanted | Shut | Later:
        settings = self.outbox.stick.settings
        try:
            answer = self._upload(parcel)
        except Unreachable as error:
            return Later(error=error, again=True)
        except StrangeAnswer as error:
            return Later(error=error, again=False)
        return judge(answer, parcel, settings)

    def _upload(self, parcel: Parcel) -> Answer:
        """Hand over a parcel: a long one from where an earlier try was cut off."""
        content = parcel.content
        if len(content) <= PART_BYTES:
            return self.server.take(content)
        stick, offset, reached = self.outbox.stick, None, -1
        while True:
            said = part(stick.key, stick.settings.stick, content, offset)
            answer = self.server.take_part(said)
            offset = _arrived(answer)
            if offset is None or offset >= len(content):
                return answer
            if offset <= reached:
                reason = f"{offset} bytes of {len(content)} and no more"
                raise StrangeAnswer(url=self.server.url, reason=reason)
            reached = offset


def take_receipts(outbox: Outbox) -> None:
    """Believe the receipts that the server's own computer left on the stick, as if they had been sent."""
    for parcel in outbox.waiting:
        path = outbox.receipt_path(parcel)
        if not path.exists():
            continue
        signature, _, body = path.read_bytes().partition(b"\n")
        answer = Answer(status=200, body=body, signature=signature.decode("ascii", "replace"))
        outcome = judge(answer, parcel, outbox.stick.settings)
        if isinstance(outcome, Held):
            outbox.delivered(parcel, outcome.raw, outcome.signature)
            outbox.stick = anchored(outbox.stick, outcome.receipt.received)


def _arrived(answer: Answer) -> int | None:
    """Return how many bytes the server holds; None: this is another answer."""
    if answer.status != _MORE:
        return None
    try:
        arrived: Arrived = decode_as(answer.body, Arrived)
    except Unreadable:
        return None
    return arrived.offset


def _judge_receipt(answer: Answer, parcel: Parcel, settings: Settings) -> Held | Later:
    """Believe a receipt only if the pinned key signed it and it speaks of these very bytes."""
    signature = answer.signature or ""
    if not verified(settings.server_public_key, RECEIPT_TYPE, answer.body, signature):
        return _unbelieved(parcel, "it is not signed by the server of the enrolment")
    try:
        receipt: Receipt = decode_as(answer.body, Receipt)
    except Unreadable as error:
        return _unbelieved(parcel, str(error))
    if receipt.statement != parcel.statement:
        return _unbelieved(parcel, "it is for another statement")
    if receipt.sha256 != parcel.sha256:
        return _unbelieved(parcel, "it is for other bytes")
    if (receipt.stick, receipt.site) != (settings.stick, settings.site):
        return _unbelieved(parcel, "it is for another stick")
    return Held(receipt=receipt, raw=answer.body, signature=signature)


def _unbelieved(parcel: Parcel, reason: str) -> Later:
    return Later(error=BadReceipt(statement=parcel.statement, reason=reason), again=False)
