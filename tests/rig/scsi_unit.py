"""A logical unit made of the agent's own fake drive and firmware, spoken to in SCSI (SPC-5, SBC-4).

ATA drives are reached as they are behind every host adapter: ATA PASS-THROUGH (SAT-5).
"""

import errno
import struct
import threading
from pathlib import Path

from msgspec import Struct

from rebond_agent.wipe.fake import FakeDrive
from rebond_agent.wipe.fake_medium import file_medium
from rebond_agent.wipe.firmware_fakes import fake_firmware
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.transport import AtaCommand, ScsiCommand
from rebond_schemas.facts import Bus

BLOCK = 512
_GOOD, _CHECK = 0, 2
_CAPACITY_10, _CAPACITY_16, _REPORT_LUNS = 0x25, 0x9E, 0xA0
_READS = {0x28: 10, 0x88: 16}
_WRITES = {0x2A: 10, 0x8A: 16}
_FLUSHES = frozenset({0x35, 0x91})
_QUIET = frozenset({0x00, 0x1B, 0x1E})
_INQUIRY = 0x12
_PASS_THROUGH = {0x85: 16, 0xA1: 12}
_MODE_SENSE_10 = 0x5A
_IDENTIFY = 0xEC


class Reply(Struct, frozen=True, kw_only=True):
    """How a command ended."""

    status: int = _GOOD
    data: bytes = b""
    sense: bytes = b""


class Unit:
    """One drive over an image file; the file stays the truth."""

    def __init__(
        self, image: Path, bus: Bus, firmware: FirmwareFaults, *, turns: bool = False
    ) -> None:
        """Make the drive: ATA or SAS, flash or magnetic."""
        self._medium = file_medium(str(image))
        firm = fake_firmware(self._medium, bus, firmware)
        if firm is None:
            raise ValueError(f"no firmware on {bus}")
        self._medium.firmware = self._firmware = firm
        self._drive = FakeDrive(self._medium)
        self._is_ata, self._turns = bus is Bus.ATA, turns
        self._lock = threading.Lock()

    @property
    def serial(self) -> str:
        """The drive's serial number."""
        return self._drive.identity().serial or ""

    @property
    def answers_as(self) -> str:
        """The serial number that the firmware itself answers; a lying one, another drive's."""
        return self._firmware.serial

    def answer(self, cdb: bytes, data: bytes) -> Reply:
        """Carry one command out; a drive that has gone is "not ready", as a dead disk is."""
        with self._lock:
            try:
                return self._answer(cdb, data)
            except OSError as error:
                return _lost(error, writing=cdb[0] in _WRITES)

    def _answer(self, cdb: bytes, data: bytes) -> Reply:  # noqa: PLR0911 - one return a command
        code = cdb[0]
        if code in _QUIET:
            return Reply()
        if code == _INQUIRY:
            return self._inquiry(cdb)
        if code == _CAPACITY_10:
            return Reply(data=struct.pack(">II", self._blocks - 1, BLOCK))
        if code == _CAPACITY_16:
            return Reply(data=struct.pack(">QI", self._blocks - 1, BLOCK) + bytes(20))
        if code == _REPORT_LUNS:
            return Reply(data=struct.pack(">I", 8) + bytes(12))
        if code in _READS or code in _WRITES:
            return self._moved(cdb, data)
        if code in _FLUSHES:
            self._drive.flush()
            return Reply()
        if code == _MODE_SENSE_10:
            return Reply(data=bytes([0, 6, 0, 0, 0, 0, 0, 0]))
        if self._is_ata and code in _PASS_THROUGH:
            return self._ata(cdb, data)
        told = self._firmware.scsi(ScsiCommand(cdb=cdb, send=data, receive=256))
        return Reply(status=told.status, data=told.data, sense=told.sense)

    @property
    def _blocks(self) -> int:
        return len(self._medium.content) // BLOCK

    def _moved(self, cdb: bytes, data: bytes) -> Reply:
        if cdb[0] in {0x28, 0x2A}:
            (place,) = struct.unpack(">I", cdb[2:6])
            (count,) = struct.unpack(">H", cdb[7:9])
        else:
            place, count = struct.unpack(">QI", cdb[2:14])
        if place + count > self._blocks:
            return Reply(status=_CHECK, sense=_sense(5, 0x21, 0))
        room = memoryview(bytearray(data) if cdb[0] in _WRITES else bytearray(count * BLOCK))
        done, offset = 0, place * BLOCK
        while done < len(room):
            if cdb[0] in _WRITES:
                done += self._drive.write(offset + done, room[done:])
            else:
                done += self._drive.read_into(offset + done, room[done:])
        return Reply(data=b"" if cdb[0] in _WRITES else bytes(room))

    def _ata(self, cdb: bytes, data: bytes) -> Reply:
        answer = self._firmware.ata(_ata_command(cdb, data))
        checked = bool(cdb[2] & 0x20) or not answer.good
        return Reply(
            status=_CHECK if checked and answer.sense else _GOOD,
            data=answer.data,
            sense=answer.sense if checked else b"",
        )

    def _inquiry(self, cdb: bytes) -> Reply:
        if not cdb[1] & 1:
            vendor = b"ATA     " if self._is_ata else b"RIG     "
            return Reply(data=bytes([0, 0, 5, 2, 31, 0, 0, 2]) + vendor + b"Fake drive      1   ")
        serial = self.serial.encode()
        pages = {
            0x80: serial,
            0x83: bytes([2, 1, 0, 8 + len(serial)]) + b"RIG     " + serial,
            0xB1: struct.pack(">H", 7200 if self._turns else 1) + bytes(58),
        }
        if self._is_ata:
            pages[0x89] = self._ata_information()
        pages[0] = bytes(sorted({0, *pages}))
        if cdb[2] not in pages:
            return Reply(status=_CHECK, sense=_sense(5, 0x24, 0))
        page = pages[cdb[2]]
        return Reply(data=bytes([0, cdb[2]]) + struct.pack(">H", len(page)) + page)

    def _ata_information(self) -> bytes:
        identify = self._firmware.ata(AtaCommand(command=_IDENTIFY, receive=BLOCK)).data
        head = bytes(4) + b"RIG     " + b"fake SATL       " + b"1   " + bytes(20)
        return head + bytes([_IDENTIFY, 0, 0, 0]) + identify


def _ata_command(cdb: bytes, data: bytes) -> AtaCommand:
    """Take the registers out of ATA PASS-THROUGH(16) or (12), SAT-5 §12.2."""
    if cdb[0] == 0xA1:
        registers = bytes([0, cdb[3], 0, cdb[4], 0, cdb[5], 0, cdb[6], 0, cdb[7], cdb[8], cdb[9]])
    else:
        registers = cdb[3:15]
    feature_high, feature, count_high, count = registers[:4]
    low3, low, mid4, mid, high5, high, device, command = registers[4:12]
    receiving = bool(cdb[2] & 0x08)
    lba = bytes([low, mid, high, low3, mid4, high5])
    return AtaCommand(
        command=command,
        feature=feature_high << 8 | feature,
        count=count_high << 8 | count,
        lba=int.from_bytes(lba, "little"),
        device=device,
        extended=bool(cdb[1] & 1),
        send=data,
        receive=BLOCK * max(count, 1) if receiving else 0,
    )


def _lost(error: OSError, *, writing: bool) -> Reply:
    if error.errno in {errno.ENODEV, errno.ENXIO}:
        return Reply(status=_CHECK, sense=_sense(2, 0x3A, 0))
    if error.errno == errno.ETIMEDOUT:
        return Reply(status=_CHECK, sense=_sense(0x0B, 0, 0))
    code = (0x0C, 0) if writing else (0x11, 0)
    return Reply(status=_CHECK, sense=_sense(3, *code))


def _sense(key: int, code: int, qualifier: int) -> bytes:
    return (
        bytes([0x70, 0, key])
        + bytes(4)
        + bytes([10])
        + bytes(4)
        + bytes([code, qualifier])
        + bytes(4)
    )
