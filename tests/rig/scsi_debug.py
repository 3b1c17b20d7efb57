"""The kernel's SCSI drive in memory, with the errors that it can be told to make (scsi_debug).

Its bytes are the guest's: they are put there, and read again once it is told to make no more errors.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from disks import MIB, Disk
from host_guest import SHARED
from kernel import module_paths
from station import Seen, Station

SIZE_MIB = 6
"""Smaller than any other disk of the rig: it is known by its size."""
_PATIENCE_SECONDS = 60.0
_LOAD = """
for file in $(cat {shared}/debug/order); do insmod {shared}/debug/$file 2>/dev/null || true; done
insmod {shared}/debug/scsi_debug.ko* dev_size_mb={size}
"""
_FILL = "dd if={shared}/debug/content of=$1 bs=64k oflag=direct status=none; sync $1"
_SET = """
cd /sys/module/scsi_debug/parameters
for one in "$@"; do
    place=${one%%=*}
    [ -e $place ] && [ -w $place ] || place=/sys/bus/pseudo/drivers/scsi_debug/$place
    echo ${one#*=} >$place
done
"""
_READ = "dd if=$1 of={shared}/debug/truth bs=64k iflag=direct status=none"
_HARMLESS = {"fake_rw": 0, "every_nth": 0, "opts": 0, "wp": 0}


def load(station: Station, kernel: Path, disk: Disk, content: bytes) -> Disk:
    """Make the guest have this drive with this content; return it as the guest shows it."""
    place = station.shared / "debug"
    place.mkdir()
    files = module_paths(kernel, ["scsi_debug"])
    for path in files:
        shutil.copy(path, place)
    (place / "order").write_text("\n".join(path.name for path in files[:-1]))
    (place / "content").write_bytes(content)
    station.run("sh", "-ec", _LOAD.format(shared=SHARED, size=disk.size_bytes // MIB))
    shown = _shown(station, disk.size_bytes)
    station.run("sh", "-ec", _FILL.format(shared=SHARED), "sh", shown.path)
    return replace(disk, serial=shown.serial)


def err(station: Station, settings: Mapping[str, int]) -> None:
    """Let it make these errors from now on, by the names of the module's parameters."""
    words = [f"{name}={value}" for name, value in settings.items()]
    station.run("sh", "-ec", _SET, "sh", *words)


def truth(station: Station, disk: Disk) -> bytes:
    """Return what stands on it, without any errors."""
    err(station, _HARMLESS)
    shown = _shown(station, disk.size_bytes)
    station.run("sh", "-ec", _READ.format(shared=SHARED), "sh", shown.path)
    return (station.shared / "debug" / "truth").read_bytes()


def _shown(station: Station, size_bytes: int) -> Seen:
    """Return the drive of this size, as soon as the guest shows it: its numbers are its own."""
    patience = station.qemu.patience(_PATIENCE_SECONDS)
    while True:
        for one in station.shown():
            if one.size_bytes == size_bytes:
                return one
        if patience.over:
            raise station.qemu.failed("scsi_debug never came")
        station.breathe()
