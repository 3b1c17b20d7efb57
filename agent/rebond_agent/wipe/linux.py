"""A block device of Linux, opened for one wipe. The only module that touches /dev."""

import array
import errno
import fcntl
import os
import re
import stat
import struct
from contextlib import suppress
from pathlib import Path

from rebond_agent.machine.virtio import VIRTIO_MODEL
from rebond_agent.wipe.linux_transport import LinuxTransport
from rebond_schemas.facts import Bus, DriveIdentity
from rebond_schemas.text import clean

# linux/fs.h and linux/hdreg.h, 64-bit.
BLKFLSBUF = 0x1261
BLKROGET = 0x125E
BLKSSZGET = 0x1268
BLKGETSIZE64 = 0x80081272
HDIO_GET_IDENTITY = 0x030D

# By its kernel name, as the inventory counts it; the NSID may be another number.
_NAMESPACE = re.compile(r"^nvme\d+n(\d{1,4})$")

_BOOT_PARTITION = re.compile(r"^mmcblk\d+boot\d+$")

_BUSES = (
    ("/usb", Bus.USB),
    ("/nvme", Bus.NVME),
    ("/mmc", Bus.MMC),
    ("/virtio", Bus.VIRTIO),
    ("/ata", Bus.ATA),
    ("/virtual/block/loop", Bus.FILE),
    ("/host", Bus.SCSI),
)


class BlockDrive:
    """A whole disk held for us alone (O_EXCL) while it is written; direct I/O both ways.

    Reading back opens it without O_EXCL, so that the writer keeps its hold until the end.
    """

    direct_io = True

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        """Open the device; OSError when it is none, is held (EBUSY), a partition or read-only."""
        hold = os.O_RDONLY if read_only else os.O_RDWR | os.O_EXCL
        # Never O_CREAT: a device that has gone would become a file in memory, "erased" at once.
        self._descriptor = os.open(path, hold | os.O_DIRECT | os.O_CLOEXEC)
        try:
            self._folder = _sysfs_folder(self._descriptor, path)
            if not read_only:
                _let_write(self._folder)
                _refuse_read_only(self._descriptor, path)
            self.size_bytes = _size(self._descriptor)
            self.block_bytes = _number(self._descriptor, BLKSSZGET)
        except OSError:
            os.close(self._descriptor)
            raise

    def identity(self) -> DriveIdentity:
        """Return identity from the open descriptor (ATA) and from sysfs by its device number."""
        folder = _sysfs_folder(self._descriptor, str(self._folder))
        return _identity(self._descriptor, folder)

    def medium(self) -> str:
        """Return the device number and the kernel's disk sequence number (never used twice)."""
        number = os.fstat(self._descriptor).st_rdev
        sequence = _text(self._folder / "diskseq")
        return f"block:{os.major(number)}:{os.minor(number)}:{sequence}"

    def write(self, offset: int, data: memoryview) -> int:
        """Write at an aligned offset."""
        return os.pwrite(self._descriptor, data, offset)

    def read_into(self, offset: int, buffer: memoryview) -> int:
        """Read at an aligned offset."""
        return os.preadv(self._descriptor, [buffer], offset)

    def flush(self) -> None:
        """Have the drive empty its write cache (fsync sends the flush command)."""
        os.fsync(self._descriptor)

    def drop_cache(self) -> None:
        """Throw away what the kernel holds of this device."""
        fcntl.ioctl(self._descriptor, BLKFLSBUF, 0)

    def temperature(self) -> float | None:
        """Return what the kernel's sensors tell (nvme, drivetemp), in degrees Celsius."""
        for place in ("device/hwmon*/temp1_input", "device/hwmon/hwmon*/temp1_input"):
            for path in self._folder.glob(place):
                told = _text(path)
                if told is not None and told.lstrip("-").isdigit():
                    return int(told) / 1000
        return None

    def firmware(self) -> LinuxTransport:
        """Return the door to the firmware behind the same descriptor."""
        return LinuxTransport(self._descriptor)

    def close(self) -> None:
        """Let the device go."""
        os.close(self._descriptor)


def _sysfs_folder(descriptor: int, path: str) -> Path:
    """Return the device's folder in sysfs by major and minor number, never by name."""
    facts = os.fstat(descriptor)
    if not stat.S_ISBLK(facts.st_mode):
        raise OSError(errno.ENOTBLK, os.strerror(errno.ENOTBLK), path)
    folder = Path(f"/sys/dev/block/{os.major(facts.st_rdev)}:{os.minor(facts.st_rdev)}")
    if not folder.exists():
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV), path)
    if (folder / "partition").exists():
        raise OSError(errno.EINVAL, "a partition, not a whole drive", path)
    return folder.resolve()


def _let_write(folder: Path) -> None:
    """Take off the lock that Linux puts on an eMMC's boot partitions; the card may have its own."""
    if _BOOT_PARTITION.match(folder.name):
        with suppress(OSError):
            (folder / "force_ro").write_text("0")


def _refuse_read_only(descriptor: int, path: str) -> None:
    if _number(descriptor, BLKROGET):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)


def _number(descriptor: int, request: int) -> int:
    answer = array.array("i", [0])
    fcntl.ioctl(descriptor, request, answer, True)
    return answer[0]


def _size(descriptor: int) -> int:
    answer = fcntl.ioctl(descriptor, BLKGETSIZE64, bytes(8))
    return int(struct.unpack("=Q", answer)[0])


def _identity(descriptor: int, folder: Path) -> DriveIdentity:
    model, serial, wwn = _ata_identity(descriptor)
    device = folder / "device"
    if _BOOT_PARTITION.match(folder.name):
        device /= "device"  # the boot partition's parent is the card's own disk
    return DriveIdentity(
        model=model or _text(device / "model") or _text(device / "name") or _kernels_model(folder),
        serial=serial or _serial(folder, device),
        wwn=wwn or _text(folder / "wwid") or _text(device / "wwid"),
        size_bytes=_size(descriptor),
        bus=next((bus for sign, bus in _BUSES if sign in str(folder)), Bus.UNKNOWN),
        namespace=int(found[1]) if (found := _NAMESPACE.search(folder.name)) else None,
    )


def _ata_identity(descriptor: int) -> tuple[str | None, str | None, str | None]:
    """Ask model, serial and WWN of an ATA drive through the descriptor (ACS-4, IDENTIFY DEVICE).

    Linux answers from its copy of the IDENTIFY data of that very device; others refuse.
    """
    answer = bytearray(512)
    try:
        fcntl.ioctl(descriptor, HDIO_GET_IDENTITY, answer, True)
    except OSError:
        return None, None, None
    words = struct.unpack("<256H", answer)
    has_wwn = bool(words[87] & 0x0100)
    name = "".join(f"{word:04x}" for word in words[108:112])
    return (
        clean(bytes(answer[54:94])),
        clean(bytes(answer[20:40])),
        name if has_wwn and int(name, 16) else None,
    )


def _serial(folder: Path, device: Path) -> str | None:
    page = _bytes(device / "vpd_pg80")
    return (
        (clean(page[4:]) if page else None)
        or _text(device / "serial")
        or _text(folder / "serial")
        or _usb_serial(folder)
        or _text(folder / "loop" / "backing_file")
    )


def _usb_serial(folder: Path) -> str | None:
    """Return the serial number of the USB device above this drive: a stick often has no other."""
    above = next((one for one in folder.parents if (one / "idVendor").exists()), None)
    return _text(above / "serial") if above else None


def _kernels_model(folder: Path) -> str | None:
    """Return what we call a device that the kernel made up, and that tells no model itself."""
    if (folder / "loop").is_dir():
        return "Loop device"
    return VIRTIO_MODEL if folder.name.startswith("vd") else None


def _text(path: Path) -> str | None:
    raw = _bytes(path)
    return clean(raw) if raw else None


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
