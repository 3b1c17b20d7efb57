"""Firmware commands through Linux: SG_IO and NVME_IOCTL_ADMIN_CMD on an open descriptor."""

import ctypes
import errno
import fcntl
import os
import struct
import time

from rebond_agent.wipe.sat import SENSE_BYTES, pass_through, registers
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

SG_IO = 0x2285
NVME_IOCTL_ADMIN_CMD = 0xC0484E41
MMC_IOC_CMD = 0xC048B300
BLKDISCARD, BLKSECDISCARD = 0x1277, 0x127D
IOC_OPAL_GET_STATUS = 0x800870EC
IOC_OPAL_PSID_REVERT_TPR = 0x410870E8

_NO_DATA, _TO_DRIVE, _FROM_DRIVE = -1, -2, -3
_TIMED_OUT = 0x03  # DID_TIME_OUT, scsi/scsi_status.h
_DRIVER_TIMED_OUT = 0x06
_SEND_STATUS = 13
_LONGEST_MS = 2**32 - 1
# linux/mmc/ioctl.h, mmc_ioc_cmd: write_flag, is_acmd, opcode, arg, response[4], flags, blksz,
# blocks, two sleeps, data time-out (ns), command time-out (ms), padding, pointer.
_MMC_COMMAND = struct.Struct("=iiII4IIIIIIIIIQ")
_R1, _R1_BUSY = 0x15, 0x1D  # linux/mmc/core.h: present, CRC, opcode (and busy)
_READS_DATA, _NO_MMC_DATA = 0x20, 0x00
_OPAL_KEY = struct.Struct("=BBB5x256s")
_NVME_COMMAND = struct.Struct("=BBHIIIQQII6III")  # linux/nvme_ioctl.h, nvme_passthru_cmd


class _SgIoHeader(ctypes.Structure):
    """scsi/sg.h, struct sg_io_hdr."""

    _fields_ = (
        ("interface_id", ctypes.c_int),
        ("dxfer_direction", ctypes.c_int),
        ("cmd_len", ctypes.c_ubyte),
        ("mx_sb_len", ctypes.c_ubyte),
        ("iovec_count", ctypes.c_ushort),
        ("dxfer_len", ctypes.c_uint),
        ("dxferp", ctypes.c_void_p),
        ("cmdp", ctypes.c_void_p),
        ("sbp", ctypes.c_void_p),
        ("timeout", ctypes.c_uint),
        ("flags", ctypes.c_uint),
        ("pack_id", ctypes.c_int),
        ("usr_ptr", ctypes.c_void_p),
        ("status", ctypes.c_ubyte),
        ("masked_status", ctypes.c_ubyte),
        ("msg_status", ctypes.c_ubyte),
        ("sb_len_wr", ctypes.c_ubyte),
        ("host_status", ctypes.c_ushort),
        ("driver_status", ctypes.c_ushort),
        ("resid", ctypes.c_int),
        ("duration", ctypes.c_uint),
        ("info", ctypes.c_uint),
    )


class LinuxTransport:
    """The firmware behind one open block device; identity and bytes go through the same opening."""

    def __init__(self, descriptor: int) -> None:
        """Take a descriptor that somebody else closes."""
        self._descriptor = descriptor

    def ata(self, command: AtaCommand) -> AtaAnswer:
        """Send through ATA PASS-THROUGH(16), answers decoded from either sense format."""
        answer = self.scsi(
            ScsiCommand(
                cdb=pass_through(command),
                send=command.send,
                receive=command.receive,
                timeout_seconds=command.timeout_seconds,
            )
        )
        told = registers(answer.sense)
        return AtaAnswer(registers=told, data=answer.data, sense=answer.sense)

    def scsi(self, command: ScsiCommand) -> ScsiAnswer:
        """Send a CDB; OSError also when the adapter, not the drive, gave up (DID_ERROR and others)."""
        cdb = ctypes.create_string_buffer(command.cdb, len(command.cdb))
        sense = ctypes.create_string_buffer(SENSE_BYTES)
        length = len(command.send) or command.receive
        data = ctypes.create_string_buffer(command.send, max(length, 1))
        direction = _FROM_DRIVE if command.receive else _TO_DRIVE if command.send else _NO_DATA
        header = _SgIoHeader(
            interface_id=ord("S"),
            dxfer_direction=direction,
            cmd_len=len(command.cdb),
            mx_sb_len=SENSE_BYTES,
            dxfer_len=length,
            dxferp=ctypes.addressof(data),
            cmdp=ctypes.addressof(cdb),
            sbp=ctypes.addressof(sense),
            timeout=_milliseconds(command.timeout_seconds),
        )
        fcntl.ioctl(self._descriptor, SG_IO, header, True)
        _refuse_lost(header)
        got = max(0, command.receive - max(0, header.resid)) if command.receive else 0
        return ScsiAnswer(
            status=header.status, sense=sense.raw[: header.sb_len_wr], data=data.raw[:got]
        )

    def nvme_admin(self, command: NvmeCommand) -> NvmeAnswer:
        """Send with a time-out of our own: the kernel's 60 s would reset a drive in mid-format."""
        data = ctypes.create_string_buffer(max(command.receive, 1))
        words = (command.cdw10, command.cdw11, command.cdw12, command.cdw13, command.cdw14, command.cdw15)  # fmt: skip
        raw = bytearray(
            _NVME_COMMAND.pack(
                command.opcode, 0, 0, command.nsid, 0, 0, 0,
                ctypes.addressof(data) if command.receive else 0,
                0, command.receive, *words, _milliseconds(command.timeout_seconds), 0,
            )
        )  # fmt: skip
        status = fcntl.ioctl(self._descriptor, NVME_IOCTL_ADMIN_CMD, raw, True)
        result = int(_NVME_COMMAND.unpack(raw)[-1])
        return NvmeAnswer(status=status, result=result, data=data.raw[: command.receive])

    def mmc(self, command: MmcCommand) -> MmcAnswer:
        """Send through the block device of the card; OSError when Linux gave it up."""
        data = ctypes.create_string_buffer(max(command.receive, 1))
        kind = _READS_DATA if command.receive else _NO_MMC_DATA
        response = _R1 if command.receive or command.opcode == _SEND_STATUS else _R1_BUSY
        raw = bytearray(
            _MMC_COMMAND.pack(
                0, 0, command.opcode, command.argument, 0, 0, 0, 0, response | kind,
                command.receive, 1 if command.receive else 0, 0, 0, 0,
                _milliseconds(command.timeout_seconds), 0,
                ctypes.addressof(data) if command.receive else 0,
            )
        )  # fmt: skip
        fcntl.ioctl(self._descriptor, MMC_IOC_CMD, raw, True)
        return MmcAnswer(
            response=int(_MMC_COMMAND.unpack(raw)[4]), data=data.raw[: command.receive]
        )

    def discard(self, size_bytes: int, *, secure: bool) -> None:
        """Have Linux discard, or erase securely, from the first byte to this one."""
        request = BLKSECDISCARD if secure else BLKDISCARD
        fcntl.ioctl(self._descriptor, request, struct.pack("=QQ", 0, size_bytes))

    def opal_flags(self) -> int:
        """Ask the kernel's Opal driver (Linux 6.1)."""
        answer = fcntl.ioctl(self._descriptor, IOC_OPAL_GET_STATUS, bytes(8))
        return int(struct.unpack("=II", answer)[0])

    def psid_revert(self, psid: str) -> int:
        """Revert the drive; a positive answer is a TCG status."""
        key = psid.encode("ascii")
        asked = bytearray(_OPAL_KEY.pack(0, len(key), 0, key))
        return int(fcntl.ioctl(self._descriptor, IOC_OPAL_PSID_REVERT_TPR, asked, True))

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


def _milliseconds(seconds: float) -> int:
    return min(int(1000 * seconds), _LONGEST_MS)


def _refuse_lost(header: _SgIoHeader) -> None:
    """sg_sanitize takes such an end for success (measured: DID_ERROR, exit status 0)."""
    if header.host_status == _TIMED_OUT or header.driver_status & 0x0F == _DRIVER_TIMED_OUT:
        raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
    if header.host_status:
        raise OSError(errno.EIO, f"host status {header.host_status:#04x}")
