"""The firmware of a fake drive: what every bus shares. It ships with the code to prove the code."""

import errno
import hashlib
import os
import time

from rebond_agent.wipe.fake import fake_identity
from rebond_agent.wipe.fake_medium import Medium
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.transport import (
    AtaAnswer,
    AtaCommand,
    MmcAnswer,
    MmcCommand,
    NvmeAnswer,
    NvmeCommand,
    ScsiAnswer,
    ScsiCommand,
)
from rebond_schemas.facts import Bus

_OPAL, _OPAL_LOCKED, _NOT_AUTHORIZED = 0x07, 0x08, 0x01
_VENDOR = bytes.fromhex("33cc55aa")


class FakeFirmware:
    """A clock that only waiting moves, a count of commands, power, and the erasing of the medium."""

    bus = Bus.UNKNOWN

    def __init__(self, medium: Medium, faults: FirmwareFaults) -> None:
        """Take the medium whose firmware this is."""
        self.medium = medium
        self.faults = faults
        self.commands = 0
        self.powered = True
        self.opal_locked = faults.opal == "locked"
        self.erased = 0
        """Erasures that came to their end, honest or not."""
        self._time = 0.0

    def ata(self, command: AtaCommand) -> AtaAnswer:
        """Refuse: no ATA here."""
        raise _no_door(command)

    def nvme_admin(self, command: NvmeCommand) -> NvmeAnswer:
        """Refuse: no NVMe here."""
        raise _no_door(command)

    def scsi(self, command: ScsiCommand) -> ScsiAnswer:
        """Refuse: no SCSI here."""
        raise _no_door(command)

    def mmc(self, command: MmcCommand) -> MmcAnswer:
        """Refuse: no eMMC here."""
        raise _no_door(command)

    def discard(self, size_bytes: int, *, secure: bool) -> None:  # noqa: ARG002 - the protocol's
        """Refuse: nothing to give up here."""
        raise error(errno.EOPNOTSUPP)

    def opal_flags(self) -> int:
        """Tell what Linux's Opal driver would."""
        self.begin()
        if self.faults.opal is None:
            raise error(errno.ENOTTY)
        return _OPAL | _OPAL_LOCKED * self.opal_locked

    def psid_revert(self, psid: str) -> int:
        """Throw the keys away, when it is the PSID of the label."""
        self.begin()
        if self.faults.opal is None:
            raise error(errno.ENOTTY)
        if psid != self.faults.psid:
            return _NOT_AUTHORIZED
        if not self.faults.psid_keeps:
            self.opal_locked = False
            self.erase()
        self.end()
        return 0

    def now(self) -> float:
        """Seconds that were waited."""
        return self._time

    def wait(self, seconds: float) -> None:
        """Move the clock; the process waits only a moment."""
        self._time += seconds
        time.sleep(0)

    def admit(self) -> None:
        """Refuse a read or a write that this firmware would not serve now (OSError)."""
        if not self.powered or self._vanished():
            raise error(errno.ENODEV)
        if self.is_closed or self.opal_locked:
            raise error(errno.EIO)

    @property
    def is_closed(self) -> bool:
        """Whether locked, or erasing."""
        return False

    def written(self) -> None:
        """Note that the host wrote something."""

    def boot(self) -> None:
        """Power comes back."""
        self.powered = True

    @property
    def serial(self) -> str:
        """The serial number that the firmware itself answers."""
        told = fake_identity(self.medium.name, 0).serial or ""
        return told[::-1] if self.faults.other_serial else told

    def begin(self) -> None:
        """Count a command; refuse it where there is no drive any more."""
        self.commands += 1
        if not self.powered or self._vanished():
            raise error(errno.ENODEV)

    def end(self) -> None:
        """Lose the answer of a command that was carried out."""
        if self.commands == self.faults.power_cut_at:
            self.powered = False
            raise error(errno.ENODEV)
        if self.commands == self.faults.hang_at:
            raise error(errno.ETIMEDOUT)

    @property
    def cut_now(self) -> bool:
        """Whether power fails in the middle of this command."""
        return self.commands == self.faults.power_cut_at

    def erase(self, share: float = 1.0) -> None:
        """Erase the medium up to this share of it, as honestly as the faults allow."""
        self.erased += 1
        if self.faults.lies:
            return
        content = self.medium.content
        size = int(len(content) * share)
        kept = [
            (one.start, bytes(content[one.start : one.start + one.length]))
            for one in self.faults.spares
        ]
        content[:size] = self._pattern(size)
        for start, data in kept:
            content[start : start + len(data)] = data
        self.medium.cache.clear()
        self.medium.pending.clear()
        self.medium.retired.clear()

    def _pattern(self, size: int) -> bytes:
        match self.faults.leaves:
            case "zeros":
                return bytes(size)
            case "ones":
                return b"\xff" * size
            case "vendor":
                return (_VENDOR * (size // len(_VENDOR) + 1))[:size]
            case "random":
                seed = f"{self.medium.name}:{self.commands}".encode()
                return hashlib.shake_128(seed).digest(size)

    def _vanished(self) -> bool:
        limit = self.faults.vanish_at
        return limit is not None and self.commands >= limit


def error(number: int) -> OSError:
    """Return the error of this number with the system's words."""
    return OSError(number, os.strerror(number))


def _no_door(_command: object) -> OSError:
    return error(errno.ENOTTY)
