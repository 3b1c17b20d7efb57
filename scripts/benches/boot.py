"""From power-on to the inventory at the server, beside a Debian live image from power-on to its prompt.

Both images hold the same Debian packages and are started by SeaBIOS from a USB stick on the same PC, one
after the other, in the same run. The ratio is the figure; the seconds are those of this computer.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "rig"))

import stick_image  # noqa: E402 - the rig is no package
from qemu import Qemu  # noqa: E402 - likewise
from stick_guest import Firmware, StickGuest  # noqa: E402 - likewise
from workshop_server import WorkshopServer  # noqa: E402 - likewise

LIMIT = 1.3
_MEMORY_MIB = 2048
_CORES = 2
_PATIENCE = 900


def main() -> int:
    """Measure, print the ratio; 1 when it is above the limit."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=3, help="boots of each (default 3)")
    words.add_argument(
        "--images", type=Path, help="where both images lie, or are built now (default: built anew)"
    )
    words.add_argument("--only-build", action="store_true", help="build both images, boot nothing")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="rebond-boot-") as scratch:
        folder = Path(scratch)
        images = asked.images or folder / "images"
        image = built(images)
        if asked.only_build:
            return 0
        pairs = []
        for number in range(asked.rounds):
            place = folder / str(number)
            place.mkdir()
            pairs.append((peer(images / "peer.iso", place), stick(image, place)))
            print(f"Debian live to its prompt {pairs[-1][0]:6.1f} s   Rebond to the inventory at the server"
                  f" {pairs[-1][1]:6.1f} s   ratio {pairs[-1][1] / pairs[-1][0]:.2f}", flush=True)  # fmt: skip
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    print(f"median ratio {ratio:.2f} (at most {LIMIT})")
    return int(ratio > LIMIT)


def built(images: Path) -> stick_image.StickImage:
    """Return the stick's image; it and the peer's are built where they are not there yet."""
    images.mkdir(parents=True, exist_ok=True)
    if not (images / "peer.iso").exists():
        subprocess.run([ROOT / "scripts/image/peer.sh", images], check=True)
    return stick_image.there(images / "image") or stick_image.build(images / "image")


def peer(disk: Path, folder: Path) -> float:
    """Return the seconds from power-on to `login:` of a Debian live image."""
    words = ["-machine", "q35", "-cpu", "qemu64", "-smp", str(_CORES), "-m", str(_MEMORY_MIB)]
    words += ["-device", "VGA", "-device", "qemu-xhci,id=usb", "-device", "usb-kbd,bus=usb.0"]
    words += ["-drive", f"if=none,id=stick,format=raw,readonly=on,file={disk}"]
    words += ["-device", "usb-storage,bus=usb.0,drive=stick,removable=on,bootindex=0"]
    words += ["-netdev", "user,id=net", "-device", "e1000e,netdev=net"]
    begun = time.monotonic()
    with Qemu(words, folder, time_limit=_PATIENCE) as qemu:
        qemu.await_text("login:", _PATIENCE)
        return time.monotonic() - begun


def stick(image: stick_image.StickImage, folder: Path) -> float:
    """Return the seconds from power-on until the server holds the inventory."""
    with WorkshopServer(folder) as server:
        keys = server.enrol(folder / "keys", "banc")
        disk = stick_image.copied(image, folder / "stick.img")
        stick_image.fill_data(disk, keys)
        begun = time.monotonic()
        with StickGuest(
            folder,
            disk,
            firmware=Firmware.BIOS,
            memory_mib=_MEMORY_MIB,
            cores=_CORES,
            drives=(),
            time_limit=_PATIENCE,
        ) as guest:
            guest.wait_for("inventory", lambda: bool(server.statements("inventory")), _PATIENCE)
            return time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
