"""Carries a plan out on one drive, tells how it goes, and ends in an outcome."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from rebond_agent.wipe.attempt import Marks, Thaw, command, try_way
from rebond_agent.wipe.boot_partitions import erase_beside
from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.crew import Crew, OwnProcesses, Patience
from rebond_agent.wipe.identity import difference
from rebond_agent.wipe.layer import layer_bytes
from rebond_agent.wipe.orders import Done, Firmware, NotOpened, Opened, Tick, Work
from rebond_agent.wipe.outcome import Outcome
from rebond_agent.wipe.overwriting import Overwriting
from rebond_agent.wipe.pace import Pace
from rebond_agent.wipe.plan import Plan
from rebond_agent.wipe.progress import Progress, progress
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.story import Story
from rebond_agent.wipe.target import Target
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.facts import Bus

Ended = TypeVar("Ended")

Said = Progress | Checkpoint | Outcome
"""What an engine tells; the Outcome comes last."""


def wipe(
    plan: Plan,
    target: Target,
    *,
    record_intent: Callable[[], None],
    wishes: Wishes | None = None,
    patience: Patience | None = None,
    thaw: Thaw | None = None,
    resume: Checkpoint | None = None,
) -> Iterator[Said]:
    """Carry the plan out in processes of their own; the last thing yielded is the Outcome.

    `record_intent` is called once, when the drive is open and found to be the right one, before
    its first byte is written; whatever it raises refuses the wipe. `thaw` suspends and wakes the
    computer when its BIOS froze the drive's own erasure; without it, or when it says no, that
    method counts as refused. `resume` is the last checkpoint of an erasure that was cut short; one
    that does not fit the plan is not gone on with.
    """
    crew = OwnProcesses(target, patience)
    yield from erase(
        plan, crew, record_intent=record_intent, wishes=wishes, thaw=thaw, resume=resume
    )


def erase(
    plan: Plan,
    crew: Crew,
    *,
    record_intent: Callable[[], None],
    wishes: Wishes | None = None,
    thaw: Thaw | None = None,
    resume: Checkpoint | None = None,
) -> Iterator[Said]:
    """Carry the plan out with this crew; the last thing yielded is the Outcome."""
    began = time.monotonic()
    story = Story(plan)
    earlier = resume if resume is not None and resume.fits(plan) else None
    try:
        opened = crew.open(look_for_mark=plan.look_for_mark)
        story.size_bytes = opened.size_bytes if isinstance(opened, Opened) else None
        wrong = _ready(plan, opened) or _intent(record_intent)
        if wrong is not None:
            story.wrong = wrong
        elif isinstance(opened, Opened):
            work = _Work(crew, opened, wishes or Wishes(), thaw, plan, began, earlier)
            yield from _prepare(story, work)
            if story.wrong is None:
                yield from _carry_out(story, work)
                yield from _beside(story, work)
    finally:
        crew.close()
    yield story.outcome(time.monotonic() - began)


def _carry_out(story: Story, work: "_Work") -> Iterator[Progress | Checkpoint]:
    if work.earlier is not None:
        story.go_on(work.earlier)
    yield from _firmware(story, work) if story.plan.firmware else _overwrite(story, work)


def _beside(story: Story, work: "_Work") -> Iterator[Progress]:
    """Erase the areas that have devices of their own; they are small."""
    pace = Pace(0, time.monotonic())
    for tick in erase_beside(story, work.crew, work.opened, work.wishes):
        yield progress((0, 1), "write", tick.bytes_done, tick, pace)


def _ready(plan: Plan, opened: Opened | NotOpened) -> tuple[Reason, str | None] | None:
    """Compare what is open now with what the report saw."""
    if isinstance(opened, NotOpened):
        return Reason.NOT_OPENED, opened.error
    other = difference(plan.drive, opened.identity)
    if other is not None:
        return Reason.OTHER_DRIVE, other
    if opened.size_bytes != plan.size_bytes:
        return Reason.OTHER_SIZE, f"{plan.size_bytes} / {opened.size_bytes}"
    if plan.look_for_mark and opened.ours is not False:
        return (Reason.BOOT_MEDIUM if opened.ours else Reason.HEAD_UNREADABLE), None
    return None


def _intent(record_intent: Callable[[], None]) -> tuple[Reason, str | None] | None:
    """Nothing starts unless its result can be recorded."""
    try:
        record_intent()
    except Exception as error:  # noqa: BLE001 - whatever keeps it from being recorded stops the wipe
        return Reason.INTENT_NOT_RECORDED, str(error)
    return None


@dataclass(frozen=True)
class _Work:
    crew: Crew
    opened: Opened
    wishes: Wishes
    thaw: Thaw | None
    asked: Plan
    began: float
    earlier: Checkpoint | None


def _prepare(story: Story, work: _Work) -> Iterator[Progress]:
    """Finish what a cut wipe left running or locked, and look for a hidden area."""
    if work.opened.identity.bus not in {Bus.ATA, Bus.NVME}:
        return
    psid = story.plan.psid
    order = Firmware(task=None, opened=work.opened, own_process=False, psid=psid)
    done = yield from _told(command(work.crew, order, work.wishes), (0, 1), work.opened)
    if done.refused and done.reason not in {Reason.OPAL_LOCKED, Reason.PSID_REFUSED}:
        story.attempted(done)
    else:
        story.add(done)


def _firmware(story: Story, work: _Work) -> Iterator[Progress | Checkpoint]:
    """Mark the drive, have it erase itself in one way or another, and look for the marks."""
    marks = Marks(work.opened, story.plan.sample_percent)
    remembered = b""
    for number, before in enumerate(marks.before()):
        done = yield from _way_over(story, work, before, number)
        if story.over:
            return
        remembered = remembered or done.remembered
    last = told = None
    for way in story.plan.firmware:
        tries = try_way(work.crew, way, work.opened, work.wishes, work.thaw)
        *earlier, last = yield from _told(tries, (3, FIRMWARE_STEPS), work.opened)
        for done in (*earlier, last):
            story.attempted(done)
        # What stands in the way of a method is worth more to a technician than that none is offered.
        told = last if told is None or last.reason is not Reason.NOT_OFFERED else told
        if not last.refused:
            story.plan = replace(story.plan, method=way.method, level=way.level, firmware=(way,))
            break
    if last is None or last.refused:
        yield from _fall_back(story, work, told)
    elif last.reason is not None:
        story.fail(last.reason, last.detail)
    else:
        for number, behind in enumerate(marks.behind(remembered), start=4):
            yield from _way_over(story, work, behind, number)
            if story.over:
                return


def _fall_back(story: Story, work: _Work, last: Done | None) -> Iterator[Progress | Checkpoint]:
    """Overwrite, when the drive refused everything before it did anything, and that is enough."""
    way = story.plan.fallback
    if way is not None:
        story.plan = replace(
            story.plan,
            method=way.method,
            level=way.level,
            layers=way.layers,
            firmware=(),
            fallback=None,
        )
        yield from _overwrite(story, work)
    elif last is not None and last.reason is not None:
        story.fail(last.reason, last.detail)


FIRMWARE_STEPS = 6
"""Remember, mark, find the marks, erase, miss the marks, compare."""


def _way_over(
    story: Story, work: _Work, order: Work, number: int
) -> Generator[Progress, None, Done]:
    """Do one way over the drive around a firmware erasure."""
    opened = work.opened
    total = layer_bytes(order.layer, opened.size_bytes, opened.block_bytes)
    pace = Pace(total, time.monotonic())
    for said in work.crew.work(order, work.wishes):
        if isinstance(said, Done):
            story.add(said)
            return said
        pace.add(said.bytes_done, time.monotonic())
        yield progress((number, FIRMWARE_STEPS), order.action, total, said, pace)
    raise RuntimeError("the crew gave no end")


def _told(
    ticks: Generator[Tick, None, Ended], place: tuple[int, int], opened: Opened
) -> Generator[Progress, None, Ended]:
    """Turn the ticks of a firmware command into progress; return what they end in."""
    pace = Pace(opened.size_bytes, time.monotonic())
    while True:
        try:
            tick = next(ticks)
        except StopIteration as end:
            ended: Ended = end.value
            return ended
        pace.add(tick.bytes_done, time.monotonic())
        yield progress(place, "command", opened.size_bytes, tick, pace)


def _overwrite(story: Story, work: _Work) -> Iterator[Progress | Checkpoint]:
    yield from Overwriting(
        story=story,
        crew=work.crew,
        opened=work.opened,
        wishes=work.wishes,
        asked=work.asked,
        began=work.began,
        resume=work.earlier,
    ).carry_out()
