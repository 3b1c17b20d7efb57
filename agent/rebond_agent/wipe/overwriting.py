"""The layers of a plan: each written over the drive, then read back; what is safe is told."""

import secrets
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from rebond_agent.wipe.checkpoint import Checkpoint, joined
from rebond_agent.wipe.crew import Crew
from rebond_agent.wipe.fill import KEY_BYTES
from rebond_agent.wipe.layer import WRITING, Action, Layer, actions, layer_bytes
from rebond_agent.wipe.orders import Done, Opened, Tick, Work
from rebond_agent.wipe.pace import Pace
from rebond_agent.wipe.plan import Plan
from rebond_agent.wipe.progress import Progress, progress
from rebond_agent.wipe.reasons import Reason
from rebond_agent.wipe.story import Story
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.erasure import Pass


@dataclass(frozen=True, kw_only=True)
class Overwriting:
    """What the layers are carried out with, and what of them an earlier run has done."""

    story: Story
    crew: Crew
    opened: Opened
    wishes: Wishes
    asked: Plan
    """The plan as it was made."""
    began: float
    """When this run began, on the monotonic clock."""
    resume: Checkpoint | None = None

    def carry_out(self) -> Iterator[Progress | Checkpoint]:
        """Go through the layers; stop where going on is pointless."""
        layers = self.story.plan.layers
        steps = [(layer, action) for layer in layers for action in actions(layer)]
        size, block = self.opened.size_bytes, self.opened.block_bytes
        totals = [layer_bytes(layer, size, block) for layer, _ in steps]
        at = self.resume or Checkpoint(asked=self.asked, plan=self.story.plan)
        at = replace(at, plan=self.story.plan, resumed=self.story.resumed)
        pace = Pace(sum(totals), time.monotonic(), sum(totals[: at.step]) + at.reached)
        while at.step < len(steps):
            layer, action = steps[at.step]
            if action in WRITING and not at.reached:
                at = replace(at, key=secrets.token_hex(KEY_BYTES))
            at = yield from self._way(at, layer, action, totals, pace)
            if self.story.over:
                return

    def _way(
        self, at: Checkpoint, layer: Layer, action: Action, totals: list[int], pace: Pace
    ) -> Generator[Progress | Checkpoint, None, Checkpoint]:
        """Go one way over the drive; return what an erasure may go on from behind it."""
        before = sum(totals[: at.step])
        for said in self.crew.work(self._work(at, layer, action), self.wishes):
            if isinstance(said, Done):
                after = self._ended(at, said)
                # Behind the last way there is nothing to go on with: a run that is cut off between
                # it and its statement reads the drive once more.
                if after is not None and after.step < len(totals):
                    yield after
                return after or replace(at, step=at.step + 1, reached=0, so_far=None)
            tick = replace(said, bytes_done=at.reached + said.bytes_done)
            pace.add(before + tick.bytes_done, time.monotonic())
            yield progress((at.step, len(totals)), action, totals[at.step], tick, pace)
            if (safe := self._safe(at, said)) is not None:
                yield safe
        raise RuntimeError("the crew gave no end")

    def _safe(self, at: Checkpoint, tick: Tick) -> Checkpoint | None:
        """Return how far it came, when the drive has confirmed that and nothing is wrong so far."""
        if tick.safe is None or self.story.wrong is not None or not _clean(tick.safe):
            return None
        return self._reached(at, tick.safe)

    def _reached(self, at: Checkpoint, passed: Pass) -> Checkpoint:
        return replace(
            at,
            passes=tuple(self.story.passes),
            reached=at.reached + passed.bytes_done,
            so_far=joined(at.so_far, passed),
            seconds=self._seconds(),
        )

    def _ended(self, at: Checkpoint, done: Done) -> Checkpoint | None:
        """Note the end of a way; return what may be gone on from, None when that is nothing."""
        sound = self.story.wrong is None and _clean(done.passed)
        stopped = None
        if sound and done.reason is Reason.CANCELLED and done.passed.action == "write":
            stopped = self._reached(at, done.passed) if done.passed.flushed else None
        self.story.add(replace(done, passed=joined(at.so_far, done.passed)))
        if not sound or done.reason is not None:
            return stopped
        return replace(
            at,
            passes=tuple(self.story.passes),
            step=at.step + 1,
            reached=0,
            so_far=None,
            seconds=self._seconds(),
        )

    def _seconds(self) -> float:
        return self.story.seconds_before + time.monotonic() - self.began

    def _work(self, at: Checkpoint, layer: Layer, action: Action) -> Work:
        keyed = layer.pattern == "aes_256_ctr"
        return Work(
            layer=layer,
            action=action,
            key=at.key if keyed else None,
            opened=self.opened,
            own_process=False,
            start=at.reached,
        )


def _clean(one: Pass) -> bool:
    return not (one.fault_count or one.bytes_skipped or one.mismatch_count)
