"""The bootable stick does the whole job on every kind of PC: counts of jobs tried and failed.

Each job is one PC under QEMU, made anew: firmware, memory, four drives full of a donor's data. The stick
boots, the inventory arrives at a real server, the drives are confirmed by keyboard and erased, the
erasures arrive, and the host looks for the data and compares the stick with its image.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "stick"))

import boots  # noqa: E402 - the tests are no package
import stick_image  # noqa: E402 - likewise
from stick_guest import Firmware  # noqa: E402 - likewise

_PLAIN_SCREEN = 1
"""The second line of the boot menu: text mode, 80 columns and 25 rows."""
_LARGE_SCREEN = "VGA,xres=1024,yres=768"

MATRIX = (
    boots.Boot(firmware=Firmware.BIOS, memory_mib=1024),
    boots.Boot(firmware=Firmware.BIOS, memory_mib=4096, entry=_PLAIN_SCREEN),
    boots.Boot(firmware=Firmware.UEFI, memory_mib=1024, screen=_LARGE_SCREEN),
    boots.Boot(firmware=Firmware.UEFI, memory_mib=4096),
    boots.Boot(firmware=Firmware.SECURE_BOOT, memory_mib=1024),
    boots.Boot(firmware=Firmware.SECURE_BOOT, memory_mib=4096),
    boots.Boot(firmware=Firmware.PXE_BIOS, memory_mib=1024),
    boots.Boot(firmware=Firmware.PXE_BIOS, memory_mib=4096),
    boots.Boot(firmware=Firmware.PXE_SECURE_BOOT, memory_mib=1024),
    boots.Boot(firmware=Firmware.PXE_SECURE_BOOT, memory_mib=4096),
    boots.Boot(firmware=Firmware.BIOS, memory_mib=1024, clock="1980-01-01"),
    boots.Boot(firmware=Firmware.BIOS, memory_mib=1024, clock="2002-01-01"),
    boots.Boot(firmware=Firmware.BIOS, memory_mib=1024, clock="2038-06-01"),
)


def main() -> int:
    """Run the matrix, or what was asked of it; return the number of failed jobs, at most 1."""
    names = [boot.name for boot in MATRIX]
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument(
        "names", nargs="*", metavar="JOB", help=f"of {', '.join(names)}; default: all"
    )
    words.add_argument("--jobs", type=int, default=2, help="PCs at a time (default 2)")
    words.add_argument("--keep", type=Path, help="leave screens, logs and drives in this folder")
    words.add_argument(
        "--image",
        type=Path,
        help="boot what build-stick --fast left in this folder (default: build)",
    )
    asked = words.parse_args()
    unknown = set(asked.names) - set(names)
    if unknown:
        words.error(f"unknown: {', '.join(sorted(unknown))}")
    missing = stick_image.missing_tools()
    if missing:
        print(f"NOT PROVEN: missing {', '.join(missing)}", file=sys.stderr)
        return 1
    wanted = [boot for boot in MATRIX if not asked.names or boot.name in asked.names]
    with tempfile.TemporaryDirectory(prefix="rebond-stick-") as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        image = asked.image and stick_image.there(asked.image)
        if image is None:
            image = stick_image.build(asked.image or folder / "image")
        print(f"image {stick_image.told(image)}", flush=True)
        with ThreadPoolExecutor(asked.jobs) as pool:
            failed = sum(pool.map(lambda boot: not _tried(boot, image, folder), wanted))
    print(f"{len(wanted)} tried, {failed} failed")
    return min(failed, 1)


def _tried(boot: boots.Boot, image: stick_image.StickImage, folder: Path) -> bool:
    begun = time.monotonic()
    try:
        faults = boots.whole_job(boot, image, folder / boot.name)
    except Exception as error:  # noqa: BLE001 - one PC that fails is counted, the others go on
        faults = [f"{type(error).__name__}: {error}"]
    seconds = time.monotonic() - begun
    told = "; ".join(faults) if faults else "inventory, erasures, no data left, stick unchanged"
    print(f"{boot.name:<24}{seconds:6.0f} s  {told}", flush=True)
    return not faults


if __name__ == "__main__":
    sys.exit(main())
