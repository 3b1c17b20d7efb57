"""A drive made of memory or of a file, with faults: it ships with the code to prove the code."""

import errno
import hashlib
import os

from rebond_agent.wipe.fake_medium import FAKE_BLOCK, Medium, PowerCut
from rebond_agent.wipe.faults import touches
from rebond_agent.wipe.transport import Transport
from rebond_schemas.facts import Bus, DriveIdentity


class FakeDrive:
    """One opening of a medium; what it answers depends on the medium's faults."""

    direct_io = True

    def __init__(self, medium: Medium, *, read_only: bool = False) -> None:
        """Open the medium; as many openings as one likes share it."""
        self._read_only = read_only
        self.block_bytes = 1 if len(medium.content) % FAKE_BLOCK else FAKE_BLOCK
        self._medium = medium
        self._faults = medium.faults

    @property
    def size_bytes(self) -> int:
        """The size that the drive claims."""
        size = len(self._medium.content)
        shrunk = self._faults.shrink_after
        return size // 2 if shrunk is not None and self._medium.operations > shrunk else size

    def identity(self) -> DriveIdentity:
        """Return an identity made of the medium's name, or another's after the swap."""
        self._refuse_when_gone()
        self._medium.asked += 1
        swap, flap = self._faults.swap_after, self._faults.flap_every
        swapped = swap is not None and self._medium.operations >= swap
        swapped = swapped or (flap is not None and self._medium.asked % flap == 0)
        bus = self._medium.firmware.bus if self._medium.firmware else Bus.FILE
        return fake_identity(self._medium.name, self.size_bytes, swapped=swapped, bus=bus)

    def medium(self) -> str:
        """Return the medium's name."""
        return f"fake:{self._medium.name}"

    def write(self, offset: int, data: memoryview) -> int:
        """Write, unless a fault decides otherwise."""
        if self._read_only:
            raise _error("EBADF")
        medium, faults = self._medium, self._faults
        with medium.lock:
            medium.writes += 1
            self._begin(offset, len(data))
            if medium.writes in faults.fail_writes:
                raise _error(faults.error)
            if touches(faults.unwritable, offset, len(data)):
                raise _error(faults.error)
            if medium.firmware is not None:
                medium.firmware.written()
            taken = self._taken(len(data), medium.writes, faults.short_writes, offset)
            cut = medium.operations == faults.power_cut_at
            medium.store(offset, bytearray(data[: taken // 2 if cut else taken]))
            self._cut()
            return taken

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read, unless a fault decides otherwise."""
        medium, faults = self._medium, self._faults
        with medium.lock:
            medium.reads += 1
            self._begin(offset, len(buffer))
            if medium.reads in faults.fail_reads:
                raise _error(faults.error)
            if touches(faults.unreadable, offset, len(buffer)):
                raise _error(faults.error)
            given = self._taken(len(buffer), medium.reads, faults.short_reads, offset)
            buffer[:given] = medium.load(offset, given)
            self._cut()
            return given

    def flush(self) -> None:
        """Fail the first times when told so; succeed ever after."""
        with self._medium.lock:
            self._refuse_when_gone()
            self._medium.flushes += 1
            if self._medium.flushes <= self._faults.failing_flushes:
                raise _error(self._faults.error)
            self._medium.flush()

    def drop_cache(self) -> None:
        """Forget nothing: the lies are the medium's own."""
        self._refuse_when_gone()

    def temperature(self) -> float | None:
        """Return what the faults say."""
        return self._faults.celsius

    def firmware(self) -> Transport | None:
        """Return the door to the medium's firmware, if it has any."""
        return self._medium.firmware

    def close(self) -> None:
        """Let go; the medium stays."""

    def _begin(self, offset: int, length: int) -> None:
        medium, faults = self._medium, self._faults
        medium.operations += 1
        if medium.operations == faults.hang_at:
            medium.sleep(faults.hang_seconds)
        self._refuse_when_gone()
        if medium.firmware is not None:
            medium.firmware.admit()
        if offset >= self.size_bytes:
            raise _error("ENOSPC")
        from_below, medium.above = offset >= medium.above, offset
        if from_below and touches(faults.one_way, offset, length):
            raise _error(faults.error)

    def _cut(self) -> None:
        if self._medium.operations == self._faults.power_cut_at:
            raise PowerCut

    def _refuse_when_gone(self) -> None:
        limit = self._faults.vanish_after
        if limit is not None and self._medium.operations > limit:
            raise _error("ENODEV")

    def _taken(self, length: int, number: int, every: int | None, offset: int) -> int:
        length = min(length, self.size_bytes - offset)
        return max(length // 2, 1) if every and number % every == 0 else length


def fake_identity(
    name: str, size_bytes: int, *, swapped: bool = False, bus: Bus = Bus.FILE
) -> DriveIdentity:
    """Return the identity a fake drive of this name answers."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:12].upper()
    return DriveIdentity(
        model="Fake drive",
        serial=f"{'SWAPPED' if swapped else 'FAKE'}-{digest}",
        size_bytes=size_bytes,
        bus=bus,
    )


def _error(name: str) -> OSError:
    number = getattr(errno, name)
    return OSError(number, os.strerror(number))
