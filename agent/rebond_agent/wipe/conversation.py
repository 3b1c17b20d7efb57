"""What was said to a drive's firmware and what it answered, kept word for word."""

import time
from collections.abc import Callable

from rebond_agent.wipe.nvme import submission
from rebond_agent.wipe.sat import pass_through
from rebond_agent.wipe.transport import (
    SHORT_SECONDS,
    AtaAnswer,
    AtaCommand,
    MmcAnswer,
    MmcCommand,
    NvmeAnswer,
    NvmeCommand,
    ScsiAnswer,
    ScsiCommand,
    Transport,
)
from rebond_agent.wipe.trouble import Trouble, classify, name_of
from rebond_schemas.erasure import Command

MOST_COMMANDS = 200
"""Kept of one pass; a poll beyond that takes the place of the one before."""

_MOST_SENT, _MOST_ANSWERED, _SECTOR = 256, 2048, 512
LONG_SECONDS = 1800.0
"""Time for a command that erases, and answers only when it has."""
GRACE_SECONDS = 60.0
"""The kernel's own work around a command that timed out: resets, retries."""


class Conversation:
    """One talk with the firmware of one opened drive; OSError when that has gone for good."""

    def __init__(
        self,
        transport: Transport,
        *,
        tell: Callable[[float], None] = lambda _done: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take the door; `tell` hears how much of the work is done, from 0 to 1."""
        self.transport = transport
        self.tell = tell
        self.stopped = stopped
        self.commands: list[Command] = []
        self.until = 0.0
        """Until then (monotonic clock, seconds) silence is in order."""

    def ata(self, name: str, command: AtaCommand) -> AtaAnswer | None:
        """Return the answer; None when there was none, or no such door."""
        sent = pass_through(command) + command.send.rstrip(b"\0")
        began = self._begin(command.timeout_seconds)
        try:
            answer = self.transport.ata(command)
        except OSError as error:
            self._lost(name, sent, began, error)
            return None
        known = "unknown" if answer.registers is None else "ok" if answer.good else "refused"
        self._keep(name, sent, answer.data or answer.sense, known, began)
        return answer

    def nvme(self, name: str, command: NvmeCommand) -> NvmeAnswer | None:
        """Return the completion; None when there was none, or no such door."""
        began = self._begin(command.timeout_seconds)
        try:
            answer = self.transport.nvme_admin(command)
        except OSError as error:
            self._lost(name, submission(command), began, error)
            return None
        end = answer.result.to_bytes(4, "little") + answer.status.to_bytes(2, "little")
        came = answer.data if command.receive and answer.good else end
        self._keep(name, submission(command), came, "ok" if answer.good else "refused", began)
        return answer

    def scsi(self, name: str, command: ScsiCommand) -> ScsiAnswer | None:
        """Return status, sense and data; None when there was no answer, or no such door."""
        sent = command.cdb + command.send.rstrip(b"\0")
        began = self._begin(command.timeout_seconds)
        try:
            answer = self.transport.scsi(command)
        except OSError as error:
            self._lost(name, sent, began, error)
            return None
        came = answer.data or answer.sense
        self._keep(name, sent, came, "ok" if answer.good else "refused", began)
        return answer

    def mmc(self, name: str, command: MmcCommand) -> MmcAnswer | None:
        """Return response and data; None when there was no answer, or no such door."""
        sent = bytes([command.opcode]) + command.argument.to_bytes(4, "big")
        began = self._begin(command.timeout_seconds)
        try:
            answer = self.transport.mmc(command)
        except OSError as error:
            self._lost(name, sent, began, error)
            return None
        came = answer.data if command.receive else answer.response.to_bytes(4, "big")
        self._keep(name, sent, came, "ok", began)
        return answer

    def discard(self, name: str, size_bytes: int, *, secure: bool) -> bool:
        """Say whether every address was given up, or erased securely (eMMC: ERASE)."""
        sent = bytes([38]) + (0x80000000 if secure else 1).to_bytes(4, "big")
        began = self._begin(LONG_SECONDS)
        try:
            self.transport.discard(size_bytes, secure=secure)
        except OSError as error:
            self._lost(name, sent, began, error)
            return False
        self._keep(name, sent, b"", "ok", began)
        return True

    def opal_flags(self, name: str) -> int | None:
        """Return the flags of the Opal driver; None when it knows nothing of this drive."""
        began = self._begin(SHORT_SECONDS)
        try:
            flags = self.transport.opal_flags()
        except OSError as error:
            self._lost(name, b"", began, error)
            return None
        self._keep(name, b"", flags.to_bytes(4, "big"), "ok", began)
        return flags

    def psid_revert(self, name: str, psid: str) -> bool:
        """Say whether the drive took its PSID; the PSID itself is not kept."""
        began = self._begin(LONG_SECONDS)
        try:
            status = self.transport.psid_revert(psid)
        except OSError as error:
            self._lost(name, b"", began, error)
            return False
        self._keep(name, b"", bytes([status & 0xFF]), "refused" if status else "ok", began)
        return status == 0

    def now(self) -> float:
        """Seconds of the drive's clock."""
        return self.transport.now()

    def wait(self, seconds: float) -> None:
        """Let time pass for the drive."""
        self.until = time.monotonic() + seconds + GRACE_SECONDS
        self.transport.wait(seconds)

    def _begin(self, seconds: float) -> float:
        self.until = time.monotonic() + seconds + GRACE_SECONDS
        return self.now()

    def _lost(self, name: str, sent: bytes, began: float, error: OSError) -> None:
        self._keep(name, sent, b"", f"error {name_of(error)}", began)
        if classify(error) is Trouble.GONE:
            raise error

    def _keep(self, name: str, sent: bytes, came: bytes, status: str, began: float) -> None:
        """Add to the list, or take the last one's place when that was the same poll and it is full."""
        said = Command(
            name=name,
            sent=sent[:_MOST_SENT].hex(),
            answered=_short(came).hex(),
            status=status,
            seconds=max(0.0, self.now() - began),
        )
        last = self.commands[-1] if self.commands else None
        if last is not None and len(self.commands) >= MOST_COMMANDS and last.name == name:
            self.commands[-1] = said
        else:
            self.commands.append(said)


def _short(came: bytes) -> bytes:
    """Keep answers up to a sector whole; leave the zeros at the end of longer ones out."""
    kept = came[:_MOST_ANSWERED]
    return kept if len(came) <= _SECTOR else kept.rstrip(b"\0")
