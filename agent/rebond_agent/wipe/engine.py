"""Carries a plan out on one drive, tells how it goes, and ends in an outcome."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from rebond_agent.wipe.crew import Crew, OwnProcesses, Patience
from rebond_agent.wipe.fill import KEY_BYTES
from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.layer import Action, Layer, actions, layer_bytes
from rebond_agent.wipe.orders import Done, NotOpened, Opened, Tick, Work
from rebond_agent.wipe.outcome import Outcome, broken_off, finished
from rebond_agent.wipe.pace import Pace
from rebond_agent.wipe.plan import Plan
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.target import Target
from rebond_schemas.erasure import Pass


class Progress(Struct, frozen=True, kw_only=True):
    """How far the work on one drive has come."""

    step: int
    """Counted from 1."""
    steps: int
    action: Action
    bytes_done: int
    bytes_total: int
    bytes_per_second: float | None
    eta_seconds: float | None
    """Until the end of the last step."""
    fault_count: int
    mismatch_count: int


GO_ON = frozenset(
    {
        Reason.NOT_WRITTEN,
        Reason.NOT_READABLE,
        Reason.NOT_FLUSHED,
        Reason.CACHE_NOT_DROPPED,
        Reason.CONTENT_DIFFERS,
    }
)
"""The erasure has failed, but the rest of the drive is still worth erasing."""


def never() -> bool:
    """Nobody cancels."""
    return False


def wipe(
    plan: Plan,
    target: Target,
    *,
    record_intent: Callable[[], None],
    cancelled: Callable[[], bool] = never,
    patience: Patience | None = None,
) -> Iterator[Progress | Outcome]:
    """Carry the plan out in processes of their own; the last thing yielded is the Outcome.

    `record_intent` is called once, when the drive is open and found to be the right one, before
    its first byte is written; whatever it raises refuses the wipe.
    """
    crew = OwnProcesses(target, patience)
    yield from erase(plan, crew, record_intent=record_intent, cancelled=cancelled)


def erase(
    plan: Plan,
    crew: Crew,
    *,
    record_intent: Callable[[], None],
    cancelled: Callable[[], bool] = never,
) -> Iterator[Progress | Outcome]:
    """Carry the plan out with this crew; the last thing yielded is the Outcome."""
    began = time.monotonic()
    story = _Story(plan)
    try:
        opened = crew.open()
        story.size_bytes = opened.size_bytes if isinstance(opened, Opened) else None
        wrong = _ready(plan, opened) or _intent(record_intent)
        if wrong is not None:
            story.wrong = wrong
        elif isinstance(opened, Opened):
            yield from _carry(story, crew, opened, cancelled)
    finally:
        crew.close()
    yield story.outcome(time.monotonic() - began)


@dataclass
class _Story:
    plan: Plan
    size_bytes: int | None = None
    passes: list[Pass] = field(default_factory=list)
    checks: list[bool] = field(default_factory=list)
    wrong: tuple[Reason, str | None] | None = None
    """The first thing that went wrong; nothing later makes up for it."""
    over: bool = False

    def add(self, done: Done) -> None:
        self.passes.append(done.passed)
        self.checks.append(done.identity_checked)
        if done.reason is not None and self.wrong is None:
            self.wrong = (done.reason, done.detail)
        self.over = done.reason is not None and done.reason not in GO_ON

    def outcome(self, seconds: float) -> Outcome:
        passes = tuple(self.passes)
        checked = bool(self.checks) and all(self.checks)
        if self.wrong is None and self.size_bytes is not None:
            return finished(
                self.plan,
                size_bytes=self.size_bytes,
                identity_checked=checked,
                passes=passes,
                seconds=seconds,
            )
        reason, detail = self.wrong or (Reason.INCOMPLETE, None)
        return broken_off(
            self.plan,
            reason,
            detail,
            size_bytes=self.size_bytes,
            identity_checked=checked,
            passes=passes,
            seconds=seconds,
        )


def _ready(plan: Plan, opened: Opened | NotOpened) -> tuple[Reason, str | None] | None:
    """Compare what is open now with what the report saw."""
    if isinstance(opened, NotOpened):
        return Reason.NOT_OPENED, opened.error
    other = difference(plan.drive, opened.identity)
    if other is not None:
        return Reason.OTHER_DRIVE, other
    if opened.size_bytes != plan.size_bytes:
        return Reason.OTHER_SIZE, f"{plan.size_bytes} / {opened.size_bytes}"
    return None


def _intent(record_intent: Callable[[], None]) -> tuple[Reason, str | None] | None:
    """Nothing starts unless its result can be recorded."""
    try:
        record_intent()
    except Exception as error:  # noqa: BLE001 - whatever keeps it from being recorded stops the wipe
        return Reason.INTENT_NOT_RECORDED, str(error)
    return None


def _carry(
    story: _Story, crew: Crew, opened: Opened, cancelled: Callable[[], bool]
) -> Iterator[Progress]:
    """Go through the layers, each written and read back; stop where going on is pointless."""
    steps = [
        (layer, action, secrets.token_hex(KEY_BYTES) if number == 0 else None)
        for layer in story.plan.layers
        for number, action in enumerate(actions(layer))
    ]
    totals = [layer_bytes(layer, opened.size_bytes, opened.block_bytes) for layer, _, _ in steps]
    pace = Pace(sum(totals), time.monotonic())
    key: str | None = None
    for number, (layer, action, fresh) in enumerate(steps):
        key = fresh or key
        for said in crew.work(_work(layer, action, key, opened), cancelled):
            if isinstance(said, Done):
                story.add(said)
            else:
                done = sum(totals[:number]) + said.bytes_done
                pace.add(done, time.monotonic())
                yield _progress((number, len(steps)), action, totals[number], said, pace)
        if story.over:
            return


def _work(layer: Layer, action: Action, key: str | None, opened: Opened) -> Work:
    keyed = layer.pattern == "aes_256_ctr"
    return Work(
        layer=layer,
        action=action,
        key=key if keyed else None,
        opened=opened,
        own_process=False,
    )


def _progress(
    place: tuple[int, int], action: Action, total: int, tick: Tick, pace: Pace
) -> Progress:
    return Progress(
        step=place[0] + 1,
        steps=place[1],
        action=action,
        bytes_done=tick.bytes_done,
        bytes_total=total,
        bytes_per_second=pace.bytes_per_second,
        eta_seconds=pace.eta_seconds,
        fault_count=tick.fault_count,
        mismatch_count=tick.mismatch_count,
    )
