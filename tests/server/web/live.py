"""Benches that tell what they do, as the agent would: sealed and signed."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from bench import Stick
from moments import NOON

from rebond_schemas.codec import encode
from rebond_schemas.progress import BenchProgress, DriveProgress
from rebond_schemas.sealing import derived_key, public_half, seal
from rebond_schemas.signing import PROGRESS_TYPE, sign
from rebond_server.operations.bench import hear
from rebond_server.operations.work import NOBODY

GIB = 2**30


def drive(number: int, **changes) -> DriveProgress:
    """Return a drive whose erasure is half done."""
    usual = {
        "path": f"/dev/sd{'abcdefgh'[number]}",
        "model": "ST500LM021-1KJ152",
        "serial": f"W62ABC{number}",
        "step": 1,
        "steps": 2,
        "action": "write",
        "bytes_done": 250 * GIB,
        "bytes_total": 500 * GIB,
        "bytes_per_second": 104e6,
        "eta_seconds": 5000.0,
        "celsius": 38.0,
    }
    return DriveProgress(**(usual | changes))


@dataclass
class Talker:
    """One machine on the bench, with the stick that it booted from."""

    stick: Stick
    server_key: bytes
    run: UUID = field(default_factory=uuid4)
    number: int = 0

    def word(self, *drives: DriveProgress, **changes) -> tuple[bytes, UUID, str]:
        """Return the next word: sealed, whose, signed."""
        self.number += 1
        told = BenchProgress(
            stick=self.stick.id, run=self.run, number=self.number, drives=drives, **changes
        )
        sealed = seal(public_half(derived_key(self.server_key)), encode(told))
        return sealed, self.stick.id, sign(self.stick.key, PROGRESS_TYPE, sealed)

    def say(self, workshop, *drives: DriveProgress, now=NOON, **changes):
        """Tell the workshop; return its answer."""
        with workshop.work(NOBODY, now) as work:
            return hear(work, *self.word(*drives, **changes))
