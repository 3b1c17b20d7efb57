"""A guest whose root is this host's: a Debian kernel, and an initrd with busybox and modules.

It mounts this computer's root read-only over 9p and starts the same Python with the same agent,
so that nothing has to be installed in the guest. What it shows comes back in `shared/`.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from kernel import image, module_paths

_SHARE = ("virtio_pci", "9pnet_virtio", "9p")
BUSES = (
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
)
"""Modules of the buses that drives hang on."""

SHARED = "/run/shared"
"""Where the guest sees the shared folder."""

EMULATED = "no_timer_check"
"""Kernel words for a slow emulation: on a busy host the timer's check panics ("IO-APIC + timer")."""

_UDEV = ("block", "net", "input", "drm", "video4linux", "sound", "bluetooth", "usb", "tpm", "mmc")
"""Subsystems that are told to udev: all of them, under emulation, take half a minute."""
_LAZY = (
    "psutil",
    "pyudev",
    "cpuinfo",
    "pySMART",
    "rebond_agent.cli",
    "rebond_agent.command.inspect",
)
"""What the agent imports only when it is asked, and the agent itself for scripts that start it."""
_WARM = """
import ast, importlib, sys
for node in ast.walk(ast.parse(open(sys.argv[1]).read())):
    names = [one.name for one in getattr(node, "names", ()) if isinstance(node, ast.Import)]
    if isinstance(node, ast.ImportFrom) and node.module:
        names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            pass
for name in sys.argv[2:]:
    importlib.import_module(name)
"""

_INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read module; do insmod "/modules/$module" 2>/dev/null; done </modules/order
mkdir -p /host; mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro root /host
for part in proc sys dev; do mount --bind /$part /host/$part; done
mount -t efivarfs efivarfs /host/sys/firmware/efi/efivars 2>/dev/null
mkdir -p /kept; mount --bind /host /kept
mount -t tmpfs tmpfs /host/run; mount -t tmpfs tmpfs /host/tmp
for path in {kept}; do mkdir -p /host$path; mount --bind /kept$path /host$path; done
mkdir -p /host{shared}
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /host{shared}
chroot /host /lib/systemd/systemd-udevd --daemon
export SYSTEMD_IGNORE_CHROOT=1 PYTHONPYCACHEPREFIX={shared}/bytecode
unset PYTHONDONTWRITEBYTECODE
chroot /host udevadm trigger --action=add {udev}; chroot /host udevadm settle --timeout=30
chroot /host {python} {script} {shared}
echo "ended $?" >/dev/console
poweroff -f
"""


def words(
    kernel: Path,
    folder: Path,
    script: Path,
    *,
    modules: Sequence[str],
    memory_mib: int = 1024,
) -> list[str]:
    """Return QEMU's words for a guest that runs this script and powers off.

    `folder` must exist; it gets the initrd and the folder `shared`, which the script is given.
    """
    shared = folder / "shared"
    shared.mkdir(exist_ok=True)
    _compile(script, shared / "bytecode")
    initrd = folder / "initrd.gz"
    initrd.write_bytes(_initrd(kernel, script, (*_SHARE, *modules)))
    return [
        *("-m", str(memory_mib), "-kernel", str(image(kernel)), "-initrd", str(initrd)),
        *("-append", f"console=ttyS0 quiet loglevel=3 net.ifnames=0 panic=-1 {EMULATED}"),
        *("-virtfs", "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap"),
        *("-virtfs", f"local,path={shared},mount_tag=out,security_model=none"),
    ]


def missing_tools(more: Sequence[str] = ()) -> list[str]:
    """Return the programs that guests need and this computer lacks."""
    names = ("qemu-system-x86_64", "setpriv", "busybox", "depmod", "modprobe", "dpkg-deb")
    lacking = [name for name in (*names, "mkfs.ext4", *more) if shutil.which(name) is None]
    if not Path("/lib/systemd/systemd-udevd").exists():
        lacking.append("udev")
    return lacking


def require(more: Sequence[str] = ()) -> None:
    """End the program, with a sentence, on a computer that lacks what guests need."""
    lacking = missing_tools(more)
    if lacking:
        raise SystemExit(f"NOT TRIED: guests need {', '.join(lacking)}")


def _initrd(kernel: Path, script: Path, modules: Sequence[str]) -> bytes:
    """Return a gzipped cpio archive with busybox, the modules in load order, and the init."""
    udev = " ".join(f"--subsystem-match={name}" for name in _UDEV)
    init = _INIT.format(
        python=sys.executable, script=script, shared=SHARED, udev=udev, kept=_hidden_paths(script)
    )
    files = {"init": init.encode(), **_busybox()}
    order = []
    for path in module_paths(kernel, modules):
        order.append(path.name)
        files[f"modules/{path.name}"] = path.read_bytes()
    files["modules/order"] = "".join(f"{name}\n" for name in order).encode()
    folders = {str(above) for name in files for above in Path(name).parents} - {"."}
    entries = [(name, 0o40755, b"") for name in sorted({*folders, "proc", "sys", "dev"})]
    entries += [(name, 0o100755, content) for name, content in files.items()]
    archive = b"".join(_cpio(name, mode, content) for name, mode, content in entries)
    return gzip.compress(archive + _cpio("TRAILER!!!", 0, b""), 1)


def _hidden_paths(script: Path) -> str:
    """Return what the guest needs of the folders that become empty ones there: a checkout in /tmp."""
    needed = {str(script.parents[2]), sys.prefix, sys.base_prefix}
    return " ".join(sorted(one for one in needed if one.startswith(("/tmp/", "/run/"))))  # noqa: S108 - compared, not used


def _compile(script: Path, place: Path) -> None:
    """Let this computer compile what the script imports: under emulation it takes ten times as long."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(place)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", _WARM, str(script), *_LAZY]
    subprocess.run(command, check=True, env=environment, cwd=script.parent)


def _busybox() -> dict[str, bytes]:
    """Return busybox with the libraries it needs: Debian has a static package and another one."""
    program = shutil.which("busybox") or "/bin/busybox"
    told = subprocess.run(["ldd", program], check=False, capture_output=True, text=True).stdout
    libraries = re.findall(r"(/\S+) \(0x", told)
    files = {library.removeprefix("/"): Path(library).read_bytes() for library in libraries}
    return {"bin/busybox": Path(program).read_bytes(), **files}


def _cpio(name: str, mode: int, content: bytes) -> bytes:
    """Return one entry of the `newc` format."""
    encoded = name.encode() + b"\0"
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0)
    head = b"070701" + b"".join(b"%08x" % number for number in fields) + encoded
    head += b"\0" * (-len(head) % 4)
    return head + content + b"\0" * (-len(content) % 4)
