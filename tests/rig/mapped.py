"""A disk of the guest under the device mapper, shown as a SCSI drive by the kernel's own target.

The agent looks at no mapped device, as it should; a SCSI drive of which a mapped device is the
medium it takes for what it seems to be.
"""

import re
from dataclasses import replace

from disks import Disk
from station import Station

MODULES = ("dm_mod", "dm_flakey", "configfs", "target_core_mod", "target_core_iblock", "tcm_loop")

_SCRIPT = """
name=$1 serial=$2 wwn=naa.600140500000000$3 table=$4
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
printf '%s\\n' "$table" | dmsetup create "$name"
store=/sys/kernel/config/target/core/iblock_$3/$name
door=/sys/kernel/config/target/loopback/$wwn/tpgt_1
mkdir -p "$store"
echo "udev_path=/dev/mapper/$name" >"$store/control"; echo 1 >"$store/enable"
echo "$serial" >"$store/wwn/vpd_unit_serial"; echo 1 >"$store/attrib/is_nonrot"
mkdir -p "$door/lun/lun_0"
echo "naa.600140510000000$3" >"$door/nexus"
ln -s "$store" "$door/lun/lun_0/$name"
"""


def seen_as(disk: Disk) -> Disk:
    """Return the drive that the guest shows for this disk once it is mapped."""
    return replace(disk, serial=f"MAPPED{disk.serial[-4:]}")


def map_disk(station: Station, disk: Disk, table: str, port: int) -> None:
    """Put the table over the disk, and show that as a drive; GuestFailed when it can't be done.

    In the table `{device}` is the disk, `{sectors}` its size, `{rest:N}` what is behind sector N.
    """
    sectors = disk.size_bytes // 512
    rest = re.sub(r"\{rest:(\d+)\}", lambda found: str(sectors - int(found[1])), table)
    (device,) = station.paths([disk])
    lines = rest.format(device=device, sectors=sectors)
    name = f"mapped-{disk.serial}".lower()
    shown = seen_as(disk)
    station.run("sh", "-ec", _SCRIPT, "sh", name, shown.serial, str(port), lines)
    station.await_drive(shown)
