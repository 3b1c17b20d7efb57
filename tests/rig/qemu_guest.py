"""Boots a guest on a Debian kernel and lets the agent record it; the guest's root is this host's.

The initrd holds busybox and a few modules: it mounts this computer's root read-only over 9p and
starts the same Python with the same agent, so that nothing has to be installed in the guest.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from guests import Guest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

MEMORY_MIB = 1024
TIME_LIMIT = 420  # TCG without KVM: 40 to 120 s on two cores
FIRMWARE = Path("/usr/share/ovmf/OVMF.fd")

_MODULES = [
    "virtio_pci",
    "9pnet_virtio",
    "9p",
    "ahci",
    "ata_piix",
    "sd_mod",
    "sr_mod",
    "nvme",
    "virtio_blk",
    "virtio_scsi",
    "xhci_pci",
    "usb_storage",
    "uas",
    "usbhid",
    "hid_generic",
    "e1000",
    "e1000e",
    "virtio_net",
    "efivarfs",
    "snd_hda_intel",
    "evdev",
]

_INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read module; do insmod "/modules/$module" 2>/dev/null; done </modules/order
mkdir -p /host; mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro root /host
for part in proc sys dev; do mount --bind /$part /host/$part; done
mount -t efivarfs efivarfs /host/sys/firmware/efi/efivars 2>/dev/null
mount -t tmpfs tmpfs /host/run; mount -t tmpfs tmpfs /host/tmp
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /host/mnt
chroot /host /lib/systemd/systemd-udevd --daemon
export SYSTEMD_IGNORE_CHROOT=1
chroot /host udevadm trigger --action=add; chroot /host udevadm settle --timeout=30
chroot /host {python} {script} /mnt
echo "ended $?" >/dev/console
poweroff -f
"""


def record(guest: Guest, kernel: Path, folder: Path) -> dict[str, Any]:
    """Boot the guest; leave `recording/` in the folder and return the facts seen inside it.

    `kernel` is an unpacked Debian kernel package (with boot/ and lib/modules/).
    """
    folder.mkdir(parents=True)
    shared = folder / "shared"
    shared.mkdir()
    _prepare(guest, folder)
    initrd = folder / "initrd.gz"
    initrd.write_bytes(_initrd(kernel))
    image = next((kernel / "boot").glob("vmlinuz-*"))
    log = folder / "console.log"
    command = [
        "qemu-system-x86_64",
        *("-accel", "tcg,thread=multi", "-m", str(MEMORY_MIB), "-nodefaults", "-display", "none"),
        *("-no-reboot", "-serial", f"file:{log}", "-kernel", str(image), "-initrd", str(initrd)),
        *("-append", "console=ttyS0 quiet net.ifnames=0 panic=-1"),
        *("-virtfs", "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap"),
        *("-virtfs", f"local,path={shared},mount_tag=out,security_model=none"),
        *(("-bios", str(FIRMWARE)) if guest.uefi else ()),
        *("-audiodev", "none,id=silence"),
        *guest.arguments(folder),
    ]
    subprocess.run(command, check=True, timeout=TIME_LIMIT, stdin=subprocess.DEVNULL)
    facts = shared / "facts.json"
    if not facts.is_file():
        raise RuntimeError(f"the guest recorded nothing:\n{log.read_text(errors='replace')}")
    return json.loads(facts.read_bytes())


def _prepare(guest: Guest, folder: Path) -> None:
    for name, size in guest.disks.items():
        image = folder / f"{name}.img"
        with image.open("wb") as file:
            file.truncate(size)
        if name in guest.labelled:
            subprocess.run(["mkfs.ext4", "-q", "-F", "-L", "REBOND", str(image)], check=True)
    for name, build in guest.tables.items():
        (folder / f"{name}.smbios").write_bytes(build())


def _initrd(kernel: Path) -> bytes:
    """Return a gzipped cpio archive with busybox, the modules in load order, and the init."""
    script = _INIT.format(python=sys.executable, script=HERE / "in_guest.py")
    files = {"init": script.encode(), "bin/busybox": Path("/bin/busybox").read_bytes()}
    order = []
    for path in _module_paths(kernel):
        order.append(path.name)
        files[f"modules/{path.name}"] = path.read_bytes()
    files["modules/order"] = "".join(f"{name}\n" for name in order).encode()
    entries = [(name, 0o40755, b"") for name in ("bin", "modules", "proc", "sys", "dev")]
    entries += [(name, 0o100755, content) for name, content in files.items()]
    archive = b"".join(_cpio(name, mode, content) for name, mode, content in entries)
    return gzip.compress(archive + _cpio("TRAILER!!!", 0, b""), 1)


def _module_paths(kernel: Path) -> list[Path]:
    """Return the files of the wanted modules, each after what it stands on."""
    modules = next((kernel / "lib/modules").iterdir())
    subprocess.run(["depmod", "-b", str(kernel), modules.name], check=True)
    paths: list[Path] = []
    for name in _MODULES:
        shown = subprocess.run(
            ["modprobe", "-d", str(kernel), "-S", modules.name, "--show-depends", name],
            check=False,
            capture_output=True,
            text=True,
        )
        for line in shown.stdout.splitlines():
            if line.startswith("insmod "):
                path = Path(line.split()[1])
                if path not in paths:
                    paths.append(path)
    return paths


def _cpio(name: str, mode: int, content: bytes) -> bytes:
    """Return one entry of the `newc` format."""
    encoded = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0)
    head = b"070701" + b"".join(b"%08x" % number for number in fields) + encoded
    head += b"\0" * (-len(head) % 4)
    return head + content + b"\0" * (-len(content) % 4)


def unpack_kernel(package: Path, folder: Path) -> Path:
    """Return the folder of an unpacked Debian kernel package."""
    subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
    return folder


def download_kernel(folder: Path) -> Path:
    """Fetch Debian's current kernel package with apt into the folder, and unpack it there."""
    depends = subprocess.run(
        ["apt-cache", "depends", "linux-image-amd64"], check=True, capture_output=True, text=True
    ).stdout
    name = next(line.split()[-1] for line in depends.splitlines() if "Depends:" in line)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", name], check=True, cwd=folder, env=os.environ)
    return unpack_kernel(next(folder.glob(f"{name}_*.deb")), folder / "kernel")


def missing_tools() -> list[str]:
    """Return what the rig needs and this computer lacks."""
    names = ("qemu-system-x86_64", "busybox", "depmod", "modprobe", "dpkg-deb", "mkfs.ext4")
    return [name for name in names if shutil.which(name) is None]
