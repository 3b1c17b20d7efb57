"""A fake NVMe controller: Sanitize with its log page, and Format."""

import struct

from rebond_agent.wipe.fake_medium import Medium
from rebond_agent.wipe.firmware_fake import FakeFirmware
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.transport import NvmeAnswer, NvmeCommand
from rebond_schemas.facts import Bus

_INVALID_OPCODE, _INVALID_FIELD, _DENIED = 0x4001, 0x4002, 0x4286
_NAMES = {2: "sanitize_block", 3: "sanitize_overwrite", 4: "sanitize_crypto"}
_OUR_BLOCK_ERASE = 0x0A
_NEVER, _DONE, _RUNNING, _FAILED = 0, 1, 2, 3


class NvmeFirmware(FakeFirmware):
    """One controller in front of the medium."""

    bus = Bus.NVME

    def __init__(self, medium: Medium, faults: FirmwareFaults) -> None:
        """Start with the log that the faults say was found."""
        super().__init__(medium, faults)
        self.state = _DONE if faults.done_before else _NEVER
        self.command = _OUR_BLOCK_ERASE if faults.done_before else 0
        self.progress = 0xFFFF
        self.untouched = False

    @property
    def is_closed(self) -> bool:
        """Sanitizing: reads and writes are refused."""
        return self.state == _RUNNING

    def written(self) -> None:
        """Take back `global data erased`."""
        self.untouched = False

    def nvme_admin(self, command: NvmeCommand) -> NvmeAnswer:
        """Carry the command out."""
        self.begin()
        answer = self._carry_out(command)
        self.end()
        return answer

    def _carry_out(self, command: NvmeCommand) -> NvmeAnswer:
        swallows = self.faults.swallows
        if swallows == "all" or (swallows and command.opcode in {0x80, 0x84}):
            return NvmeAnswer(status=0, data=bytes(command.receive))
        match command.opcode:
            case 0x06:
                return NvmeAnswer(status=0, data=self._identify(command.cdw10))
            case 0x02:
                return self._log()
            case 0x84:
                return NvmeAnswer(status=self._sanitize(command.cdw10))
            case 0x80:
                return NvmeAnswer(status=self._format(command.cdw10 >> 9 & 7))
            case _:
                return NvmeAnswer(status=_INVALID_OPCODE)

    def _identify(self, structure: int) -> bytes:
        data = bytearray(4096)
        if structure == 1:
            data[4:24] = self.serial.ljust(20).encode()
            data[24:64] = b"Fake drive".ljust(40)
            data[256] = 2 * ("format" in self.faults.offers)
            data[524] = 4 * ("format_crypto" in self.faults.offers)
            bits = (("sanitize_crypto", 1), ("sanitize_block", 2), ("sanitize_overwrite", 4))
            data[328] = sum(bit for name, bit in bits if name in self.faults.offers)
        elif structure == 2:  # noqa: PLR2004 - the list of active namespaces
            numbers = range(1, self.faults.namespaces + 1)
            data[: 4 * len(numbers)] = struct.pack(f"<{len(numbers)}I", *numbers)
        return bytes(data)

    def _log(self) -> NvmeAnswer:
        if not any(name in self.faults.offers for name in _NAMES.values()):
            return NvmeAnswer(status=_INVALID_FIELD)
        self._advance()
        data = bytearray(512)
        status = self.state | self.untouched << 8
        struct.pack_into("<HHIIII", data, 0, self.progress, status, self.command, *[0xFFFFFFFF] * 3)
        return NvmeAnswer(status=0, data=bytes(data))

    def _sanitize(self, dword: int) -> int:
        name = _NAMES.get(dword & 7)
        if name not in self.faults.offers:
            return _INVALID_FIELD
        if name in self.faults.refuses:
            return _DENIED
        if not self.faults.sleeps:
            self.state, self.command, self.progress = _RUNNING, dword, 0
        return 0

    def _advance(self) -> None:
        if self.state != _RUNNING:
            return
        self.progress += 0x10000 // self.faults.steps + 1
        if self.faults.stuck_at is not None:
            self.progress = min(self.progress, self.faults.stuck_at)
        if self.progress >= 0xFFFF:  # noqa: PLR2004 - SPROG of an operation that has ended
            self.progress = 0xFFFF
            self.state = _FAILED if self.faults.fails else _DONE
            self.erase(0.5 if self.faults.fails else 1.0)
            self.untouched = True

    def _format(self, erase: int) -> int:
        name = "format_crypto" if erase == 2 else "format"  # noqa: PLR2004 - SES 2: cryptographic
        if name not in self.faults.offers:
            return _INVALID_FIELD
        if name in self.faults.refuses:
            return _DENIED
        if not self.faults.sleeps:
            self.erase(0.5 if self.cut_now or self.faults.fails else 1.0)
        return 0
