"""Disks that come and go while the guest runs."""

import time
from contextlib import suppress
from pathlib import Path

from disks import Disk, Hung, devices, drive
from qmp import Refused
from station import Station

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.2


def plug(station: Station, disk: Disk, folder: Path) -> None:
    """Plug the disk in, and wait until the guest shows it."""
    monitor = station.qemu.monitor
    said = monitor.human(f"drive_add 0 {drive(disk, folder)}")
    if said not in {"", "OK"}:
        raise station.qemu.failed(said)
    for one in _devices(disk):
        driver, *options = one.split(",")
        given = dict(option.split("=", 1) for option in options)
        monitor.execute("device_add", {"driver": driver, **given})
    _await(station, disk, there=True)


def pull(station: Station, disk: Disk) -> None:
    """Pull the disk out, whatever the guest is doing with it, and wait until it is gone."""
    station.qemu.monitor.ask("device_del", id=f"d-{disk.serial}")
    _await(station, disk, there=False)


def _devices(disk: Disk) -> tuple[str, ...]:
    if disk.hung is Hung.NVME:
        # With its drive: namespaces cannot be plugged into a controller that runs.
        return (f"nvme,id=d-{disk.serial},drive={disk.serial},serial={disk.serial}",)
    return devices(disk)


def _await(station: Station, disk: Disk, *, there: bool) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while _shown(station, disk.serial) != there or (not there and _in_qemu(station, disk)):
        if time.monotonic() > until:
            raise station.qemu.failed(f"{disk.serial} {'never came' if there else 'never left'}")
        time.sleep(_PAUSE_SECONDS)


def _shown(station: Station, serial: str) -> bool:
    rows = station.run("lsblk", "-dnro", "PATH,SERIAL").splitlines()
    return any(row.split()[1:] == [serial] for row in rows)


def _in_qemu(station: Station, disk: Disk) -> bool:
    """Whether QEMU still has the device: its guest lets go of it in its own time."""
    with suppress(Refused):
        return f"d-{disk.serial}" in station.qemu.monitor.human("info qtree")
    return False
