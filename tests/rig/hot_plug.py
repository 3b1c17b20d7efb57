"""Disks that come and go while the guest runs."""

import itertools
import time
from dataclasses import replace
from pathlib import Path

from disks import Disk, Hung, devices, drive
from station import Station

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.2


_numbers = itertools.count(1)


def plug(station: Station, disk: Disk, folder: Path) -> Disk:
    """Plug the disk in, and wait until the guest shows it; return it as it is plugged now."""
    monitor = station.qemu.monitor
    # A new name each time: some devices keep hold of their drive when they are gone (NVMe).
    disk = replace(disk, drive=f"{disk.serial}-{next(_numbers)}")
    said = monitor.human(f"drive_add 0 {drive(disk, folder)}")
    if said not in {"", "OK"}:
        raise station.qemu.failed(said)
    for one in _devices(disk):
        driver, *options = one.split(",")
        given = dict(option.split("=", 1) for option in options)
        monitor.execute("device_add", {"driver": driver, **given})
    _await(station, disk, there=True)
    return disk


def pull(station: Station, disk: Disk) -> None:
    """Pull the disk out, whatever the guest is doing with it, and wait until it is gone."""
    monitor = station.qemu.monitor
    monitor.ask("device_del", id=f"d-{disk.serial}")
    _await(station, disk, there=False)
    monitor.human(f"drive_del {disk.drive_name}")  # most devices have done so themselves


def _devices(disk: Disk) -> tuple[str, ...]:
    if disk.hung is Hung.NVME:
        # With its drive: namespaces cannot be plugged into a controller that runs.
        return (f"nvme,id=d-{disk.serial},drive={disk.drive_name},serial={disk.serial}",)
    return devices(disk)


def _await(station: Station, disk: Disk, *, there: bool) -> None:
    patience = station.qemu.patience(_PATIENCE_SECONDS)
    while _shown(station, disk.serial) != there or (not there and _in_qemu(station, disk)):
        if patience.over:
            raise station.qemu.failed(f"{disk.serial} {'never came' if there else 'never left'}")
        time.sleep(_PAUSE_SECONDS)


def _shown(station: Station, serial: str) -> bool:
    rows = station.run("lsblk", "-dnro", "PATH,SERIAL").splitlines()
    return any(row.split()[1:] == [serial] for row in rows)


def _in_qemu(station: Station, disk: Disk) -> bool:
    """Whether QEMU still has the device: its guest lets go of it in its own time."""
    return f"d-{disk.serial}" in station.qemu.monitor.human("info qtree")
