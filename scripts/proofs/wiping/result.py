"""What the agent said of a drive, what the server makes of it, and what is really left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from rebond_agent.wipe.outcome import Outcome, erasure_fields
from rebond_schemas.erasure import Ending, Pass
from rebond_schemas.facts import Drive, Smart
from rebond_schemas.statement import Erasure
from rebond_server.domain.verdict import judge
from rebond_server.domain.verdict_reason import Verdict

GRAIN = 16
"""Bytes compared at once: random content that is found again at its place is a remainder."""
DRIVE_BYTES_PER_SECOND = 20e6

POSITIVE = frozenset({Verdict.CLEARED, Verdict.CLEARED_WITH_LIMITS, Verdict.PURGED})


@dataclass(frozen=True, kw_only=True)
class Result:
    """One erasure, judged twice."""

    outcome: Outcome
    verdict: Verdict
    remainder_bytes: int
    retired_bytes: int = 0
    """In sectors that were taken out of use with their content: only a limit may stand over them."""

    @property
    def truth(self) -> str:
        """In a word."""
        if self.remainder_bytes:
            return "left"
        return "left in spares" if self.retired_bytes else "nothing left"

    @property
    def is_false(self) -> bool:
        """Either of them says "erased" and it is not."""
        said = self.verdict in POSITIVE or self.outcome.ending is Ending.COMPLETED
        whole = self.verdict in {Verdict.CLEARED, Verdict.PURGED}
        return (said and self.remainder_bytes > 0) or (whole and self.retired_bytes > 0)


@dataclass
class Table:
    """Verdict against truth, over many drives."""

    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)
    resumed: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)

    def add(self, name: str, result: Result) -> None:
        """Count one drive; `name` replays it."""
        self.cells[result.verdict.value, result.truth] += 1
        if result.verdict in POSITIVE:
            self.methods[result.outcome.plan.method.value] += 1
        if result.outcome.resumed:
            self.resumed[result.verdict.value] += 1
        if result.is_false:
            self.false.append(name)

    def show(self) -> None:
        """Print it."""
        truths = sorted({truth for _, truth in self.cells}, reverse=True)
        print(f"{'server verdict':24}" + "".join(f"{truth:>16}" for truth in truths))
        for verdict in sorted({verdict for verdict, _ in self.cells}):
            cells = "".join(f"{self.cells[verdict, truth]:>16}" for truth in truths)
            print(f"{verdict:24}{cells}")
        print("positive:", _listed(self.methods))
        if self.resumed:
            print("gone on with after a cut:", _listed(self.resumed))


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


def judged(
    original: bytes, drive: Drive, outcome: Outcome, truth: bytes, retired: Sequence[bytes] = ()
) -> Result:
    """Return what the server says of the statement that would be made of this outcome."""
    clock = {"wall": "2026-11-21T07:00:00Z", "monotonic_ns": 1, "boot_id": "proof"}
    any_id = "0d0e1f94-7c49-4f3f-9d8c-0a6f6c9d2f10"
    envelope = {
        "kind": "erasure",
        "format": 1,
        **dict.fromkeys(("id", "run", "site", "stick"), any_id),
        "sequence": 1,
        "previous": None,
        **dict.fromkeys(("made", "started", "ended"), clock),
        "agent": {"name": "prove", "version": "0"},
    }
    fields = msgspec.to_builtins(erasure_fields(outcome))
    statement = msgspec.convert(envelope | fields, Erasure)
    after = Smart(protocol="ATA", reallocated=len(retired), pending=0, uncorrectable=0)
    told = msgspec.structs.replace(statement, smart_after=after)
    return Result(
        outcome=outcome,
        verdict=judge(told, drive).verdict,
        remainder_bytes=remainder(original, truth),
        retired_bytes=sum(len(one) for one in retired),
    )


def as_of_a_drive(outcome: Outcome) -> Outcome:
    """Tell it as another process at a drive's speed would: memory would be refuted for its own."""
    passes = tuple(slower(one) for one in outcome.passes)
    seconds = sum(one.seconds for one in passes)
    return msgspec.structs.replace(outcome, passes=passes, seconds=seconds)


def slower(one: Pass) -> Pass:
    """Tell a way over the drive as another process at a drive's speed would."""
    seconds = max(one.seconds, one.bytes_done / DRIVE_BYTES_PER_SECOND)
    return msgspec.structs.replace(one, own_process=True, seconds=seconds)


def remainder(original: bytes, truth: bytes) -> int:
    """Return the bytes of the true medium that still are what they were."""
    if truth.count(0) == len(truth) and original.find(bytes(GRAIN)) < 0:
        return 0  # the usual case, at once
    return sum(
        len(truth[start : start + GRAIN])
        for start in range(0, len(truth), GRAIN)
        if truth[start : start + GRAIN] == original[start : start + GRAIN]
    )
