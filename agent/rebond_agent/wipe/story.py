"""What one wipe has come to so far: its plan as it stands, its passes, what went wrong first."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from rebond_agent.wipe.checkpoint import Checkpoint
from rebond_agent.wipe.orders import Done
from rebond_agent.wipe.outcome import Outcome, broken_off, finished
from rebond_agent.wipe.plan import Plan
from rebond_agent.wipe.reasons import Reason
from rebond_schemas.erasure import HiddenArea, Pass

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


@dataclass
class Story:
    """The passes of one wipe, and the first thing that went wrong in it."""

    plan: Plan
    size_bytes: int | None = None
    passes: list[Pass] = field(default_factory=list)
    checks: list[bool] = field(default_factory=list)
    wrong: tuple[Reason, str | None] | None = None
    """The first thing that went wrong; nothing later makes up for it."""
    over: bool = False
    resumed: int = 0
    """How often an earlier run was gone on with."""
    seconds_before: float = 0.0
    """Of work in those runs."""

    def go_on(self, earlier: Checkpoint) -> None:
        """Take over what earlier runs have done; this run's look at the firmware stands in front."""
        searched = bool(self.passes) and [one.action for one in earlier.passes[:1]] == ["command"]
        self.passes += earlier.passes[1:] if searched else earlier.passes
        self.plan = replace(earlier.plan, path=self.plan.path, hidden_area=self.plan.hidden_area)
        self.resumed = earlier.resumed + 1
        self.seconds_before = earlier.seconds

    def add(self, done: Done) -> None:
        """Keep a way over the drive, and what is wrong with it."""
        self.attempted(done)
        if done.reason is not None and self.wrong is None:
            self.wrong = (done.reason, done.detail)
        self.over = done.reason is not None and done.reason not in GO_ON

    def fail(self, reason: Reason, detail: str | None) -> None:
        """Note what went wrong, unless something did before."""
        self.wrong = self.wrong or (reason, detail)

    def attempted(self, done: Done) -> None:
        """Keep the evidence of something that may have been refused without any harm."""
        self.passes.append(done.passed)
        self.checks.append(done.identity_checked)
        if done.hidden_area not in {None, HiddenArea.UNKNOWN}:
            self.plan = replace(self.plan, hidden_area=done.hidden_area)

    def outcome(self, seconds: float) -> Outcome:
        """Return how it ended."""
        passes = tuple(self.passes)
        seconds += self.seconds_before
        checked = bool(self.checks) and all(self.checks)
        if self.wrong is None and self.size_bytes is not None:
            return finished(
                self.plan,
                size_bytes=self.size_bytes,
                identity_checked=checked,
                passes=passes,
                seconds=seconds,
                resumed=self.resumed,
            )
        reason, detail = self.wrong or (Reason.INCOMPLETE, None)
        if self.resumed and reason is Reason.CONTENT_DIFFERS:
            # Most drives lose what was in their cache when the power is cut: no lie yet.
            reason = Reason.RESUMED_DIFFERS
        return broken_off(
            self.plan,
            reason,
            detail,
            size_bytes=self.size_bytes,
            identity_checked=checked,
            passes=passes,
            seconds=seconds,
            resumed=self.resumed,
        )
