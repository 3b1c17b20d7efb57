"""A fake ATA drive: security states SEC0 to SEC6, sanitize states SD0 to SD4, hidden sectors."""

from rebond_agent.wipe import ata
from rebond_agent.wipe.fake_medium import Medium
from rebond_agent.wipe.firmware_fake import FakeFirmware
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.sat import registers
from rebond_agent.wipe.transport import AtaAnswer, AtaCommand, ScsiAnswer, ScsiCommand
from rebond_schemas.facts import Bus

_OLD_OWNER = b"secret of somebody else"
_TRIES = 5
_GOOD, _ABORTED = (0x50, 0), (0x51, 0x04)
_ERASURES = frozenset({0xF1, 0xF3, 0xF4, 0xB4})
_CONTROL_PAGE = bytes([0x0A, 10]) + bytes(10)


class AtaFirmware(FakeFirmware):
    """Answers through the same sense data that a real drive's answers come in."""

    bus = Bus.ATA

    def __init__(self, medium: Medium, faults: FirmwareFaults) -> None:
        """Start as the faults say that the drive was found."""
        super().__init__(medium, faults)
        visible = len(medium.content) // ata.SECTOR
        self.native = visible + faults.hidden_sectors
        self.visible = visible
        self.password = {None: None, "by_us": ata.PASSWORD}.get(faults.locked, _OLD_OWNER)
        self.locked = faults.locked is not None
        self.frozen = faults.frozen
        self.tries = 0 if faults.expired else _TRIES
        self.running = False
        self.completed = faults.done_before
        self.progress = 0.0
        self.descriptor = faults.sense == "descriptor"
        self._prepared = False

    @property
    def is_closed(self) -> bool:
        """Locked, or in a sanitize operation or the failure of one."""
        return self.locked or self.running

    def boot(self) -> None:
        """Lock again when a password is set; the BIOS freezes; a sanitize goes on."""
        super().boot()
        self.locked = self.password is not None
        self.tries = _TRIES

    def scsi(self, command: ScsiCommand) -> ScsiAnswer:
        """Serve MODE SENSE and MODE SELECT of the control page, as Linux does for ATA drives."""
        self.begin()
        if command.cdb[0] == 0x1A:  # noqa: PLR2004 - MODE SENSE(6)
            page = bytearray(_CONTROL_PAGE)
            page[2] = 4 * self.descriptor
            return ScsiAnswer(status=0, data=bytes([15, 0, 0, 0]) + bytes(page))
        if command.cdb[0] == 0x15 and self.faults.sense_can_change:  # noqa: PLR2004 - MODE SELECT(6)
            self.descriptor = bool(command.send[6] & 4) or self.descriptor
            return ScsiAnswer(status=0)
        return ScsiAnswer(status=2, sense=bytes([0x70, 0, 5]) + bytes(9) + bytes([0x20, 0]))

    def ata(self, command: AtaCommand) -> AtaAnswer:
        """Carry the command out, and answer in the sense format of the day."""
        self.begin()
        if self._swallowed(command):
            self.end()
            return self._answer(_GOOD, data=bytes(command.receive))
        prepared, self._prepared = self._prepared, command.command == ata.SECURITY_PREPARE.command
        answer = self._carry_out(command, prepared=prepared)
        self.end()
        return answer

    def _swallowed(self, command: AtaCommand) -> bool:
        swallows = self.faults.swallows
        return swallows == "all" or (
            swallows == "erasures" and command.command in _ERASURES and command.feature != 0
        ) or (swallows == "erasures" and command.command in _ERASURES - {0xB4})  # fmt: skip

    def _carry_out(  # noqa: PLR0911 - one return a command
        self, command: AtaCommand, *, prepared: bool
    ) -> AtaAnswer:
        match command.command:
            case 0xEC:
                return self._answer(_GOOD, data=self._identify())
            case 0xB4:
                return self._sanitize(command.feature)
            case 0x27 | 0x78 if command.feature == 0:
                hidden = self.faults.hides_by != "dco"
                return self._answer(_GOOD, lba=(self.native if hidden else self.visible) - 1)
            case 0x37 | 0x78:
                if self.faults.hidden_stays:
                    return self._answer(_ABORTED)
                self.visible = min(command.lba + 1, self.native)
                return self._answer(_GOOD)
            case 0xB1 if command.receive:
                return self._answer(_GOOD, data=self._overlay())
            case 0xB1:
                return self._answer(_ABORTED if self.faults.hidden_stays else _GOOD)
            case 0xF1 | 0xF2 | 0xF3 | 0xF4 | 0xF6:
                good = self._security(command, prepared=prepared)
                return self._answer(_GOOD if good else _ABORTED)
            case _:
                return self._answer(_ABORTED)

    def _security(self, command: AtaCommand, *, prepared: bool) -> bool:
        given = command.send[2:34].rstrip(b"\0")
        if self.frozen or "security" not in self.faults.offers:
            return False
        match command.command:
            case 0xF1:
                allowed = not self.locked and "password" not in self.faults.refuses
                self.password = given if allowed else self.password
                return allowed
            case 0xF2:
                known = self._known(given)
                self.locked = self.locked and not known
                return known
            case 0xF3:
                return True
            case 0xF4:
                return prepared and self._known(given) and self._erase_unit(command)
            case _:
                known = not self.locked and self._known(given)
                self.password = None if known else self.password
                return known

    def _known(self, given: bytes) -> bool:
        if self.password is None or self.tries == 0:
            return False
        right = given == self.password
        self.tries -= not right
        return right

    def _erase_unit(self, command: AtaCommand) -> bool:
        enhanced = bool(command.send[0] & 2)
        name = "enhanced" if enhanced else "security"
        if name not in self.faults.offers or f"erase_{name}" in self.faults.refuses:
            return False
        if self.faults.sleeps:
            return True
        if self.cut_now or self.faults.fails:
            self.erase(0.5)
            return not self.faults.fails
        self.erase()
        self.password, self.locked = None, False
        return True

    def _sanitize(self, feature: int) -> AtaAnswer:
        if not any(one.startswith("sanitize") for one in self.faults.offers):
            return self._answer(_ABORTED)
        if feature == 0:
            self._advance()
            return self._state()
        name = {0x11: "sanitize_crypto", 0x12: "sanitize_block", 0x14: "sanitize_overwrite"}.get(
            feature
        )
        allowed = name in self.faults.offers and name not in self.faults.refuses
        if self.locked or self.faults.sanitize_frozen or self.running or not allowed:
            return self._answer(_ABORTED, lba=2)
        if not self.faults.sleeps:
            self.running, self.completed, self.progress = True, False, 0.0
        return self._state()

    def _advance(self) -> None:
        """Move the operation on at each look: that is all the time there is here."""
        if not self.running:
            return
        self.progress += 1 / self.faults.steps
        if self.faults.stuck_at is not None:
            self.progress = min(self.progress, self.faults.stuck_at / 0x10000)
        if self.progress >= 1:
            self.running, self.completed = False, not self.faults.fails
            self.erase(0.5 if self.faults.fails else 1.0)

    def _state(self) -> AtaAnswer:
        frozen = self.faults.sanitize_frozen
        count = self.completed << 15 | self.running << 14 | frozen << 13
        return self._answer(_GOOD, count=count, lba=int(0xFFFF * min(self.progress, 1.0)))

    def _answer(
        self, end: tuple[int, int], *, count: int = 0, lba: int = 0, data: bytes = b""
    ) -> AtaAnswer:
        sense = self._sense(end, count, lba)
        return AtaAnswer(registers=registers(sense), data=data, sense=sense)

    def _sense(self, end: tuple[int, int], count: int, lba: int) -> bytes:
        status, error = end
        key = 1 if error == 0 else 0x0B
        six = lba.to_bytes(6, "little")
        if self.faults.sense == "none":
            return b""
        if self.faults.sense == "garbage":
            return b"\xde\xad" * 9
        if self.descriptor:
            told = bytes(
                [
                    9,
                    12,
                    1,
                    error,
                    count >> 8,
                    count & 0xFF,
                    six[3],
                    six[0],
                    six[4],
                    six[1],
                    six[5],
                    six[2],
                    0x40,
                    status,
                ]
            )
            return bytes([0x72, key, 0, 0x1D, 0, 0, 0, len(told)]) + told
        flags = 0x40 * (count > 0xFF) | 0x20 * (lba > 0xFFFFFF)  # noqa: PLR2004 - upper bytes
        head = bytes([0xF0, 0, key, error, status, 0x40, count & 0xFF, 10, flags])
        return head + six[:3] + bytes([0, 0x1D]) + bytes(4)

    def _identify(self) -> bytes:
        words = [0] * ata.WORDS
        offers = self.faults.offers
        words[0] = 0x0040
        for start, count, text in ((10, 10, self.serial), (27, 20, "Fake drive")):
            padded = text.ljust(2 * count).encode()
            for at in range(count):
                words[start + at] = padded[2 * at] << 8 | padded[2 * at + 1]
        ways = (("sanitize_crypto", 13), ("sanitize_overwrite", 14), ("sanitize_block", 15))
        words[59] = sum(1 << bit for name, bit in ways if name in offers)
        words[59] |= (words[59] != 0) << 12
        hides = self.faults.hides_by
        words[82] = (hides == "hpa") << 10
        words[83] = 0x4400 | (hides == "dco") << 11
        words[119] = (hides == "amax") << 8
        words[89], words[90] = 1, 1
        for at in range(4):
            words[100 + at] = self.visible >> 16 * at & 0xFFFF
        if "security" in offers:
            state = (
                1,
                self.password is not None,
                self.locked,
                self.frozen,
                not self.tries,
                "enhanced" in offers,
            )
            words[128] = sum(1 << bit for bit, on in enumerate(state) if on)
            words[128] |= (self.faults.locked == "maximum") << 8
        return b"".join(word.to_bytes(2, "little") for word in words)

    def _overlay(self) -> bytes:
        data = bytearray(ata.SECTOR)
        data[0] = 2
        data[6:14] = (self.native - 1).to_bytes(8, "little")
        data[510] = 0xA5
        data[511] = -sum(data) & 0xFF
        return bytes(data)
