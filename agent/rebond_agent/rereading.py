"""The second reads of a session: which drives were asked for, the readers, a statement for each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from rebond_agent.erasing import Chosen, kept
from rebond_agent.session import Session
from rebond_agent.side_by_side import Over, SideBySide, Started
from rebond_agent.stick.outbox import Outbox
from rebond_agent.types_met import meet_types
from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.plan import hidden_area
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reread import Read, read_again
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.erasure import Method
from rebond_schemas.facts import Drive
from rebond_schemas.read_order import ReadAgain, ReadOrder
from rebond_schemas.statement import Clock, Erasure
from rebond_schemas.text import clean


def asked_of(order: ReadOrder, drives: Sequence[Drive]) -> dict[str, ReadAgain]:
    """Return what is to be read again, by the path of the one drive of this machine that it names."""
    found: dict[str, ReadAgain] = {}
    for again in order.drives:
        fitting = [one for one in drives if difference(again.drive, one.identity) is None]
        if len(fitting) == 1 and fitting[0].boot_medium is not True:
            found[fitting[0].path] = again
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Reading:
    one: Chosen
    again: ReadAgain
    started: Clock
    statement: UUID = field(default_factory=uuid4)


def reread(
    session: Session,
    outbox: Outbox,
    order: ReadOrder,
    chosen: Sequence[Chosen],
    wishes: Wishes,
    watch: Callable[[Chosen, Progress], None],
) -> Iterator[Erasure]:
    """Read the drives that were asked for side by side; each statement is safe when it is given.

    The statements claim no erasure (method `none`) and name the order that asked for them.
    """
    meet_types()
    asked = asked_of(order, [one.drive for one in chosen])
    readings = [
        _Reading(one=one, again=asked[one.drive.path], started=session.now())
        for one in chosen
        if one.drive.path in asked
    ]
    readers = SideBySide([(work, _starter(work, wishes)) for work in readings])
    ended: dict[UUID, Read] = {}
    for work, said in readers.heard():
        match said:
            case Progress():
                watch(work.one, said)
            case Read():
                ended[work.statement] = said
            case Over():
                if said.error is not None:
                    raise said.error
                yield _put(session, outbox, order, work, ended[work.statement])
            case _:
                raise RuntimeError("a reader asks to write")


def _starter(work: _Reading, wishes: Wishes) -> Started:
    """Start without asking for anything to be recorded: nothing will be touched."""
    return lambda _ask: read_again(work.again, work.one.target, wishes=wishes)


def _put(session: Session, outbox: Outbox, order: ReadOrder, work: _Reading, read: Read) -> Erasure:
    drive, ended = work.one.drive, session.now()
    reason = ": ".join(part for part in (read.reason, read.detail) if part)
    own = {"id": work.statement, "order": str(order.id)}
    return kept(
        outbox,
        lambda place: Erasure(
            **(session.envelope(place) | own),
            drive=drive.identity,
            path=drive.path,
            method=Method.NONE,
            ending=read.ending,
            reason=clean(reason),
            size_bytes=read.size_bytes,
            native_size_bytes=drive.native_size_bytes,
            hidden_area=hidden_area(drive),
            identity_checked=read.identity_checked,
            passes=(read.passed,),
            started=work.started,
            ended=ended,
            seconds=read.seconds,
            smart_before=drive.smart,
            operator=session.operator,
        ),
    )
