"""A fake eMMC: EXT_CSD, discard, secure erase, sanitize, status."""

import errno

from rebond_agent.wipe.fake_medium import Medium
from rebond_agent.wipe.firmware_fake import FakeFirmware, error
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.transport import MmcAnswer, MmcCommand
from rebond_schemas.facts import Bus

_IDLE, _SWITCH_ERROR = 0x0900, 0x80


class MmcFirmware(FakeFirmware):
    """One card; what is discarded stays in its cells until it sanitizes."""

    bus = Bus.MMC

    def __init__(self, medium: Medium, faults: FirmwareFaults) -> None:
        """Start with nothing discarded."""
        super().__init__(medium, faults)
        self.discarded = 0
        self.status = _IDLE

    def mmc(self, command: MmcCommand) -> MmcAnswer:
        """Carry the command out."""
        self.begin()
        answer = self._carry_out(command)
        self.end()
        return answer

    def discard(self, size_bytes: int, *, secure: bool) -> None:
        """Give the addresses up, or erase them, as Linux's ioctls ask for it."""
        self.begin()
        if secure and not self._does("secure_erase"):
            raise error(errno.EOPNOTSUPP)
        if secure:
            self._erase_now()
        else:
            self.discarded = size_bytes
        self.end()

    def _carry_out(self, command: MmcCommand) -> MmcAnswer:
        match command.opcode:
            case 8 if self.faults.swallows == "all":
                return MmcAnswer(response=_IDLE, data=bytes(command.receive))
            case 8:
                return MmcAnswer(response=_IDLE, data=self._ext_csd())
            case 13:
                return MmcAnswer(response=self.status)
            case 6:
                self._sanitize()
                return MmcAnswer(response=self.status)
            case _:
                raise error(errno.EINVAL)

    def _sanitize(self) -> None:
        if not self._does("mmc_sanitize") and self.faults.swallows is None:
            self.status |= _SWITCH_ERROR
        elif self.discarded:
            self._erase_now()

    def _erase_now(self) -> None:
        if self.faults.sleeps or self.faults.swallows:
            return
        self.erase(0.5 if self.cut_now or self.faults.fails else 1.0)
        if self.faults.fails:
            self.status |= _SWITCH_ERROR

    def _does(self, name: str) -> bool:
        return name in self.faults.offers and name not in self.faults.refuses

    def _ext_csd(self) -> bytes:
        data = bytearray(512)
        data[192] = 8
        offers = self.faults.offers
        data[231] = 0x01 * ("secure_erase" in offers) | 0x40 * ("mmc_sanitize" in offers)
        return bytes(data)
