"""Boots a guest of the table and lets the agent record it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import host_guest
from guests import Guest
from qemu import Qemu

HERE = Path(__file__).resolve().parent
TIME_LIMIT = 420  # TCG without KVM: 40 to 120 s on two cores
FIRMWARE = Path("/usr/share/ovmf/OVMF.fd")

MODULES = (
    *host_guest.BUSES,
    "usbhid",
    "hid_generic",
    "e1000",
    "e1000e",
    "virtio_net",
    "efivarfs",
    "snd_hda_intel",
    "evdev",
)


def record(guest: Guest, kernel: Path, folder: Path) -> dict[str, Any]:
    """Boot the guest; leave `recording/` in the folder and return the facts seen inside it.

    `kernel` is an unpacked Debian kernel package (with boot/ and lib/modules/).
    """
    folder.mkdir(parents=True)
    prepare(guest, folder)
    words = [
        *host_guest.words(kernel, folder, HERE / "in_guest.py", modules=MODULES),
        *(("-bios", str(FIRMWARE)) if guest.uefi else ()),
        *("-audiodev", "none,id=silence"),
        *guest.arguments(folder),
    ]
    if guest.selftest:
        (folder / "shared" / "selftest").write_text(" ".join(guest.selftest))
    with Qemu(words, folder, time_limit=TIME_LIMIT) as running:
        running.wait()
        facts = folder / "shared" / "facts.json"
        if not facts.is_file():
            raise running.failed("the guest recorded nothing")
    return json.loads(facts.read_bytes())


def prepare(guest: Guest, folder: Path) -> None:
    """Make the guest's disks and SMBIOS tables in the folder."""
    for name, size in guest.disks.items():
        image = folder / f"{name}.img"
        with image.open("wb") as file:
            file.truncate(size)
        if name in guest.labelled:
            subprocess.run(["mkfs.ext4", "-q", "-F", "-L", "REBOND", str(image)], check=True)
    for name, build in guest.tables.items():
        (folder / f"{name}.smbios").write_bytes(build())
