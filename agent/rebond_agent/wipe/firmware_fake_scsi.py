"""A fake SCSI drive: SANITIZE and FORMAT UNIT, followed by REQUEST SENSE."""

from rebond_agent.wipe.fake_medium import Medium
from rebond_agent.wipe.firmware_fake import FakeFirmware
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.transport import ScsiAnswer, ScsiCommand
from rebond_schemas.facts import Bus

_SANITIZE, _FORMAT, _REQUEST_SENSE, _INQUIRY = 0x48, 0x04, 0x03, 0x12
_NAMES = {1: "sanitize_overwrite", 2: "sanitize_block", 3: "sanitize_crypto"}
_NOTHING, _UNSUPPORTED, _DENIED = (0, 0, 0), (5, 0x20, 0), (5, 0x26, 0)
_FAILED = (3, 0x31, 3)


class ScsiFirmware(FakeFirmware):
    """One logical unit."""

    bus = Bus.SAS

    def __init__(self, medium: Medium, faults: FirmwareFaults) -> None:
        """Start idle."""
        super().__init__(medium, faults)
        self.running: int | None = None
        self.failed = False
        self.progress = 0.0

    @property
    def is_closed(self) -> bool:
        """In an operation, or behind one that failed: the medium is not served."""
        return self.running is not None or self.failed

    def scsi(self, command: ScsiCommand) -> ScsiAnswer:
        """Carry the command out."""
        self.begin()
        answer = self._carry_out(command)
        self.end()
        return answer

    def _carry_out(self, command: ScsiCommand) -> ScsiAnswer:
        code = command.cdb[0]
        swallows = self.faults.swallows
        if swallows == "all" or (swallows and code in {_SANITIZE, _FORMAT}):
            return ScsiAnswer(status=0, data=bytes(command.receive))
        match code:
            case 0x03:
                return ScsiAnswer(status=0, data=self._look())
            case 0x48:
                return self._begun(_NAMES.get(command.cdb[1] & 0x1F, ""), _SANITIZE)
            case 0x04:
                return self._begun("format", _FORMAT)
            case 0x12:
                return ScsiAnswer(status=0, data=bytes(command.receive))
            case _:
                return ScsiAnswer(status=2, sense=self._sense(_UNSUPPORTED))

    def _begun(self, name: str, code: int) -> ScsiAnswer:
        if name not in self.faults.offers:
            return ScsiAnswer(status=2, sense=self._sense(_UNSUPPORTED))
        if name in self.faults.refuses:
            return ScsiAnswer(status=2, sense=self._sense(_DENIED))
        if not self.faults.sleeps:
            self.running, self.progress, self.failed = code, 0.0, False
        return ScsiAnswer(status=0)

    def _look(self) -> bytes:
        """Tell where the operation is, and move it on by a step."""
        if self.running is None:
            return self._sense(_FAILED if self.failed else _NOTHING)
        at = self.progress
        told = self._sense((2, 4, 0x1B if self.running == _SANITIZE else 4), at)
        self.progress += 1 / self.faults.steps
        if self.faults.stuck_at is not None:
            self.progress = min(self.progress, self.faults.stuck_at / 0x10000)
        if self.progress >= 1:
            self.running, self.failed = None, self.faults.fails
            self.erase(0.5 if self.faults.fails else 1.0)
        return told

    def _sense(self, what: tuple[int, int, int], progress: float | None = None) -> bytes:
        key, code, qualifier = what
        share = int(0xFFFF * (progress or 0.0)).to_bytes(2, "big")
        specific = b"\x80" + share if progress is not None else bytes(3)
        match self.faults.sense:
            case "none":
                return b""
            case "garbage":
                return b"\xde\xad" * 9
            case "fixed":
                head = bytes([0x70, 0, key]) + bytes(4) + bytes([10]) + bytes(4)
                return head + bytes([code, qualifier, 0]) + specific
            case "descriptor":
                extra = bytes([2, 6, 0, 0]) + specific + b"\0" if progress is not None else b""
                return bytes([0x72, key, code, qualifier, 0, 0, 0, len(extra)]) + extra
