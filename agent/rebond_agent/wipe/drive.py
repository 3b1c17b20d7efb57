"""A drive as the wipe engine sees it, real or fake."""

from typing import Protocol

from rebond_agent.wipe.transport import Transport
from rebond_schemas.facts import DriveIdentity


class Drive(Protocol):
    """Raw bytes of one drive. Every refusal is an OSError with its errno; nothing is retried here."""

    @property
    def size_bytes(self) -> int:
        """Size measured at open, in bytes."""
        ...

    @property
    def block_bytes(self) -> int:
        """Logical block size; offsets and lengths are multiples of it where `direct_io` holds."""
        ...

    @property
    def direct_io(self) -> bool:
        """Whether reads and writes go round the page cache (O_DIRECT)."""
        ...

    def identity(self) -> DriveIdentity:
        """Return the identity and the size, read now through the open descriptor."""
        ...

    def medium(self) -> str:
        """Tell this opened medium from every other one until the computer is switched off.

        Two processes that read the same text hold the same medium; a drive that was unplugged
        and plugged again reads otherwise even when it has its old name.
        """
        ...

    def write(self, offset: int, data: memoryview) -> int:
        """Write at a byte offset; return the bytes taken (may be short)."""
        ...

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read at a byte offset into an aligned buffer; return the bytes given (0 at the end)."""
        ...

    def flush(self) -> None:
        """Make every write durable (fsync); an error here is final."""
        ...

    def drop_cache(self) -> None:
        """Forget cached pages, so that the next read comes from the medium."""
        ...

    def temperature(self) -> float | None:
        """Return the drive's temperature in degrees Celsius; None where it is not told."""
        ...

    def firmware(self) -> Transport | None:
        """Return the door to the firmware, through this very opening; None where there is none."""
        ...

    def close(self) -> None:
        """Let the drive go."""
        ...
