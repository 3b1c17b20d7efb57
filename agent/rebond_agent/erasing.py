"""The wipe of a session: guard, plan, intent, engine, statement, for all its drives at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

from msgspec.structs import replace

from rebond_agent.probes.smart_after import health_after
from rebond_agent.session import Session
from rebond_agent.side_by_side import IntentAsked, Over, SideBySide, Started
from rebond_agent.stick import intents, unfinished
from rebond_agent.stick.intents import Intent
from rebond_agent.stick.outbox import Notice, Outbox, Place
from rebond_agent.types_met import meet_types
from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.outcome import Outcome, erasure_fields, interrupted
from rebond_agent.wipe.plan import Plan, hidden_area, make_plan
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reasons import Refusal
from rebond_agent.wipe.target import Target
from rebond_schemas.erasure import Ending, Method
from rebond_schemas.facts import Drive
from rebond_schemas.statement import Clock, Erasure


class Engine(Protocol):
    """What carries a plan out: `rebond_agent.wipe.engine.wipe`."""

    def __call__(
        self,
        plan: Plan,
        target: Target,
        *,
        record_intent: Callable[[], None],
        resume: Checkpoint | None,
    ) -> Iterator[Progress | Checkpoint | Outcome]:
        """Yield progress and checkpoints, then the outcome."""
        ...


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A drive of this run's inventory that a person named for erasure, and how to open it."""

    drive: Drive
    target: Target
    failed_probes: tuple[str, ...] = ()


def wipe(
    session: Session,
    outbox: Outbox,
    chosen: Sequence[Chosen],
    policy: Policy,
    engine: Engine,
    watch: Callable[[Chosen, Progress], None],
) -> Iterator[Erasure]:
    """Erase the drives side by side; each statement is safe on the stick when it is given.

    Given in the order in which they end. Whoever reads this is the one hand that writes to the
    stick and calls `watch`; leaving early, or a stick that fails, stops every engine.
    """
    meet_types()
    started: list[_Started] = []
    for one in chosen:
        match _planned(session, outbox, one, policy):
            case Refusal() as refusal:
                yield _refused(session, outbox, one, refusal)
            case _Started() as begun:
                started.append(begun)
    yield from _side_by_side(session, outbox, started, engine, watch)


def _side_by_side(
    session: Session,
    outbox: Outbox,
    started: Sequence["_Started"],
    engine: Engine,
    watch: Callable[[Chosen, Progress], None],
) -> Iterator[Erasure]:
    engines = SideBySide([(work, _starter(work, engine)) for work in started])
    ended: dict[UUID, Outcome] = {}
    for work, said in engines.heard():
        match said:
            case Progress():
                watch(work.one, said)
            case Checkpoint():
                with outbox.hand:
                    unfinished.record(outbox.stick, work.intent.erasure, said)
            case Outcome():
                ended[work.intent.erasure] = said
            case IntentAsked():
                said.answer(_recorded(outbox, work))
            case Over():
                if said.error is not None:
                    raise said.error
                yield _ended(session, outbox, work, ended.get(work.intent.erasure))


def recover(session: Session, outbox: Outbox) -> Iterator[Erasure | Notice]:
    """Turn every intent without an erasure into an interrupted erasure, once.

    How far it came stays on the stick: the next erasure of the same drive goes on from there.
    """
    unfinished.tidy(outbox.stick)
    for intent in intents.pending(outbox.stick):
        if isinstance(intent, Notice):
            yield intent
            continue
        if not outbox.knows(intent.erasure):
            yield _interrupted(session, outbox, intent)
        if intent.plan.ata_password and not unfinished.is_known(outbox.stick, intent.erasure):
            # The drive may be locked with our password: the next erasure has to finish this one.
            begun = Checkpoint(asked=intent.plan, plan=intent.plan)
            unfinished.record(outbox.stick, intent.erasure, begun)
        intents.settled(outbox.stick, intent)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Started:
    one: Chosen
    intent: Intent
    earlier: Mapping[UUID, Checkpoint]
    """What is kept of erasures of this drive that did not come to their end."""

    @property
    def resume(self) -> Checkpoint | None:
        fitting = (one for one in self.earlier.values() if one.fits(self.intent.plan))
        return max(fitting, key=lambda one: (one.step, one.reached), default=None)


def _planned(session: Session, outbox: Outbox, one: Chosen, policy: Policy) -> "_Started | Refusal":
    """Plan what to do to a drive, and find what an earlier run has left of it."""
    earlier = dict(unfinished.of_drive(outbox.stick, one.drive.identity))
    here = _finishing(policy, one.drive, earlier.values())
    plan = make_plan(one.drive, here, failed_probes=one.failed_probes)
    if isinstance(plan, Refusal):
        return plan
    return _Started(one=one, intent=_intent(session, one, plan), earlier=earlier)


def _finishing(policy: Policy, drive: Drive, earlier: Iterable[Checkpoint]) -> Policy:
    """Let a drive be unlocked on which a security erase of ours was cut short."""
    serial = drive.identity.serial
    if serial is None or not any(one.plan.ata_password for one in earlier):
        return policy
    return replace(policy, locked_by_us=(*policy.locked_by_us, serial))


def _intent(session: Session, one: Chosen, plan: Plan) -> Intent:
    return Intent(
        erasure=uuid4(),
        run=session.run,
        asset_tag=session.asset_tag,
        order=session.order,
        plan=plan,
        started=session.now(),
        smart_before=one.drive.smart,
        operator=session.operator,
    )


def _starter(work: _Started, engine: Engine) -> Started:
    return lambda ask: engine(
        work.intent.plan, work.one.target, record_intent=ask, resume=work.resume
    )


def _recorded(outbox: Outbox, work: _Started) -> Exception | None:
    """Make the intent safe; return what kept it from being so, which the engine then raises."""
    stick, erasure = outbox.stick, work.intent.erasure
    try:
        with outbox.hand:
            intents.record(stick, work.intent)
            if work.resume is not None:
                unfinished.record(stick, erasure, work.resume)
            for older in work.earlier:
                unfinished.forget(stick, older)  # from here on the drive is no longer as it says
    except Exception as error:  # noqa: BLE001 - whatever it is stops this wipe
        return error
    return None


def _ended(session: Session, outbox: Outbox, work: _Started, outcome: Outcome | None) -> Erasure:
    intent = work.intent
    after = health_after(session.machine, work.one.drive)
    with outbox.hand:
        fields = erasure_fields(outcome or interrupted(intent.plan)) | {"smart_after": after}
        erasure = _put(session, outbox, intent, fields, ended=session.now())
        if intents.is_recorded(outbox.stick, intent):
            intents.settled(outbox.stick, intent)
        if erasure.ending is not Ending.INTERRUPTED:
            unfinished.forget(outbox.stick, intent.erasure)
    return erasure


def _interrupted(session: Session, outbox: Outbox, intent: Intent) -> Erasure:
    """Say what is known of a wipe that nobody finished; it "ended" when it was found, in no time."""
    fields = erasure_fields(interrupted(intent.plan))
    return _put(session, outbox, intent, fields, ended=session.now())


def _refused(session: Session, outbox: Outbox, one: Chosen, refusal: Refusal) -> Erasure:
    now = session.now()
    reason = ": ".join(part for part in (refusal.reason, refusal.detail) if part)
    return kept(
        outbox,
        lambda place: Erasure(
            **session.envelope(place),
            drive=one.drive.identity,
            path=one.drive.path,
            method=Method.NONE,
            ending=Ending.REFUSED,
            reason=reason[:256],
            size_bytes=one.drive.identity.size_bytes,
            native_size_bytes=one.drive.native_size_bytes,
            hidden_area=hidden_area(one.drive),
            started=now,
            ended=now,
            seconds=0.0,
            smart_before=one.drive.smart,
            operator=session.operator,
        ),
    )


def _put(
    session: Session, outbox: Outbox, intent: Intent, fields: dict[str, Any], *, ended: Clock
) -> Erasure:
    """Keep the erasure of an intent, under the intent's own id and run."""
    own: dict[str, UUID | str | None] = {
        "id": intent.erasure,
        "run": intent.run,
        "asset_tag": intent.asset_tag,
        "order": intent.order,
    }
    return kept(
        outbox,
        lambda place: Erasure(
            **(session.envelope(place) | own),
            **fields,
            started=intent.started,
            ended=ended,
            smart_before=intent.smart_before,
            operator=intent.operator,
        ),
    )


def kept(outbox: Outbox, make: Callable[[Place], Erasure]) -> Erasure:
    """Keep the statement made for the next place of the chain; return it."""
    made: list[Erasure] = []

    def remember(place: Place) -> Erasure:
        made.append(make(place))
        return made[-1]

    outbox.put(remember)
    return made[-1]
