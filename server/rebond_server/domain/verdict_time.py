"""Seconds that cannot be: an erasure that was over at once never was."""

from collections.abc import Iterable, Iterator

from rebond_schemas.erasure import Method, Pass
from rebond_schemas.facts import Drive, DriveKind
from rebond_schemas.statement import Erasure
from rebond_server.domain.drive_speed import ceiling
from rebond_server.domain.verdict_reason import Code, Reason

MOST_PASSES_OVER = 2.0
"""Seconds by which the passes may exceed the whole, for rounding on the agent's side."""

SHORTEST = 1e-6
"""Seconds below which a pass has no rate that could be printed."""

_BY_KEY = frozenset({Method.ATA_SANITIZE_CRYPTO, Method.SCSI_SANITIZE_CRYPTO})


def time_taken(erasure: Erasure, drive: Drive, passes: Iterable[Pass | None]) -> Iterator[Reason]:
    """Give each reason why these seconds cannot be: faster than any such drive, or longer than all."""
    limit = ceiling(drive)
    for done in passes:
        moved = 0 if done is None else _moved(erasure, drive, done)
        if done is None or done.seconds * limit.bytes_per_second >= moved:
            continue
        # A statement may say 5e-324 seconds: such a rate is infinite, and infinity is no integer.
        rate = "∞" if done.seconds < SHORTEST else str(round(moved / done.seconds / 1e6))
        values = {"rate": rate, "limit": str(limit.bytes_per_second // 1_000_000)}
        yield Reason(code=Code.IMPOSSIBLE_SPEED, values=values | {"source": limit.source})
        break
    total = sum(p.seconds for p in erasure.passes)
    # A resumed wipe counts the seconds of an earlier run in its passes.
    if not erasure.resumed and total > erasure.seconds + MOST_PASSES_OVER:
        values = {"passes": f"{total:.0f}", "total": f"{erasure.seconds:.0f}"}
        yield Reason(code=Code.IMPOSSIBLE_TIME, values=values)


def _moved(erasure: Erasure, drive: Drive, done: Pass) -> int:
    """Return the bytes of this pass; a command moves none, but a magnetic disk writes all of itself."""
    if done.action != "command":
        return done.bytes_done
    magnetic = drive.kind is DriveKind.HDD and erasure.method not in _BY_KEY
    return (drive.identity.size_bytes or 0) if magnetic else 0
