"""Ways in which a disk is in use, each made in the guest by the tools that people use."""

from collections.abc import Sequence
from dataclasses import dataclass

from station import Station

MODULES = (
    "md_mod",
    "raid1",
    "dm_mod",
    "dm_crypt",
    "aes_generic",
    "xts",
    "ecb",
    "cbc",
    "sha256_generic",
    "algif_hash",
    "algif_skcipher",
    "crc32c_generic",
    "btrfs",
    "xfs",
)
TOOLS = ("mdadm", "lvm", "cryptsetup", "mkfs.btrfs", "mkfs.ext4", "mkswap", "sfdisk")

_LVM = "export LVM_SUPPRESS_FD_WARNINGS=1; c='backup{backup=0 archive=0}'; "


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One way; `script` is given the paths of its disks."""

    name: str
    script: str
    disks: int = 1


HOLDINGS = (
    Holding(
        name="mounted",
        script="mkfs.ext4 -q -F $1; mkdir -p /tmp/mounted; mount -o ro,noload $1 /tmp/mounted",
    ),
    Holding(
        name="partition mounted",
        script="echo ,, | sfdisk -q $1; udevadm settle; p=$(lsblk -nro PATH $1 | tail -1);"
        " mkfs.ext4 -q -F $p; mkdir -p /tmp/part; mount -o ro,noload $p /tmp/part",
    ),
    Holding(name="swap", script="mkswap -q $1; swapon $1"),
    Holding(
        name="LVM",
        script=_LVM + 'pvcreate -qq -y --config "$c" $1; vgcreate -qq --config "$c" held $1;'
        ' lvcreate -qq -y -W n --config "$c" -l 100%FREE -n data held',
    ),
    Holding(
        name="MD",
        disks=2,
        script="mdadm --create /dev/md7 --run --quiet --metadata=1.2 --assume-clean --level=1"
        " --raid-devices=2 $1 $2",
    ),
    Holding(
        name="LUKS",
        script="printf secret | cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2"
        " --pbkdf-force-iterations 1000 --key-file - $1;"
        " printf secret | cryptsetup open --key-file - $1 held-luks",
    ),
    Holding(
        name="btrfs over two",
        disks=2,
        script="mkfs.btrfs -q -f --mixed -d single -m single $1 $2; btrfs device scan $1 $2;"
        " mkdir -p /tmp/btrfs; mount -o ro $1 /tmp/btrfs",
    ),
)


def hold(station: Station, holding: Holding, paths: Sequence[str]) -> None:
    """Make the guest use these disks in this way; GuestFailed when it can't."""
    station.run("sh", "-ec", holding.script, "sh", *paths)
