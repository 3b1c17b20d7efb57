"""One whole job on one PC, and what must be true of it afterwards. Shared by test and proof."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rig"))

import stick_image
from betrayal import betrayed
from stick_guest import DRIVES, DonorDrive, Firmware, StickGuest
from stick_image import StickImage
from workshop_server import GUESTS_HOST, PROGRAMS, Moment, WorkshopServer, free_port

SPARE_MIB = 96
"""The stick is so much larger than the image: its data partition has to grow."""
_BOOT_SECONDS = 600
"""Without KVM, on two cores shared with other tests; a PC takes 20."""
_ERASE_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Boot:
    """One way to start one PC."""

    firmware: Firmware
    memory_mib: int
    cores: int = 1
    entry: int = 0
    """The line of the boot menu that is chosen; 0 is what comes by itself."""
    screen: str = "VGA"
    drives: tuple[DonorDrive, ...] = DRIVES
    clock: str | None = None
    """What the PC's clock says when it is switched on (ISO date); None: the truth."""

    @property
    def name(self) -> str:
        """Word for reports and folders."""
        clock = f"-{self.clock[:4]}" if self.clock else ""
        return f"{self.firmware}-{self.memory_mib}{clock}"


def whole_job(boot: Boot, image: StickImage, folder: Path) -> list[str]:
    """Boot, let the inventory arrive, erase by keyboard, let the erasures arrive; return the faults."""
    folder.mkdir(parents=True)
    with WorkshopServer(folder) as server:
        keys = server.enrol(folder / "keys", f"clé {boot.name}")
        stick = stick_image.copied(image, folder / "stick.img", spare_mib=SPARE_MIB)
        stick_image.fill_data(stick, keys)
        switched_on = datetime.now(UTC)
        with (
            _netboot(boot, image, folder) as tftp,
            StickGuest(
                folder,
                stick,
                firmware=boot.firmware,
                memory_mib=boot.memory_mib,
                drives=boot.drives,
                cores=boot.cores,
                screen=boot.screen,
                tftp=tftp,
                more=("-rtc", f"base={boot.clock}T08:30:00") if boot.clock else (),
            ) as guest,
        ):
            if boot.entry:
                guest.choose(boot.entry)
            guest.wait_for("inventory", lambda: bool(server.statements("inventory")), _BOOT_SECONDS)
            guest.look("inventory")
            guest.disturb()
            guest.look("disturbed")
            guest.erase_all()
            every = len(guest.drives)
            guest.wait_for(
                f"all of {every} erasures",
                lambda: len(server.statements("erasure")) >= every,
                _ERASE_SECONDS,
            )
            guest.look("erased")
            guest.press("f10")
            guest.press("f10")
            left = guest.left()
        faults = [f"the donor's data is still on {name}" for name in left]
        faults += told(server, boot.drives)
        faults += kept(image, stick)
        every = server.statements("inventory") + server.statements("erasure")
        faults += betrayed(server.folder / "var", every, stick)
        faults += dated(server.moments(), switched_on)
    return faults


@contextmanager
def _netboot(boot: Boot, image: StickImage, folder: Path) -> Iterator[Path | None]:
    """Serve the image to PCs that boot from the network; give the folder of the TFTP server."""
    if boot.firmware not in {Firmware.PXE_BIOS, Firmware.PXE_SECURE_BOOT}:
        yield None
        return
    tftp, port = folder / "tftp", free_port()
    command = [PROGRAMS / "rebond", "netboot", image.netboot, "--tftp", tftp]
    command += ["--host", "127.0.0.1", "--port", str(port), "--address", f"{GUESTS_HOST}:{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            for line in serving.stdout or ():
                if line.startswith("http:"):
                    break
            yield tftp
        finally:
            serving.terminate()


def told(server: WorkshopServer, drives: Sequence[DonorDrive]) -> list[str]:
    """Compare what the server was told with what the PC was made of."""
    faults = []
    serials = {drive.serial for drive in drives}
    inventory = server.statements("inventory")[0]
    seen = {one["identity"]["serial"]: one for one in inventory["facts"]["drives"]}
    faults += [f"{serial} is not in the inventory" for serial in sorted(serials - set(seen))]
    marked = [one for one in inventory["facts"]["drives"] if one["boot_medium"]]
    if len(marked) != 1 or marked[0]["identity"]["serial"] in serials:
        faults.append(f"the stick is not known as the boot medium: {marked}")
    erasures = server.statements("erasure")
    erased = sorted(one["drive"]["serial"] for one in erasures)
    if erased != sorted(serials):
        faults.append(f"erasure statements of {erased}")
    faults += [
        f"{one['drive']['serial']} ended as {one['ending']}"
        for one in erasures
        if one["ending"] != "completed"
    ]
    return faults


def dated(moments: Sequence[Moment], switched_on: datetime) -> list[str]:
    """Hold the certified interval of each statement against the true time that it was made.

    The PC counts from its kernel's start: later than the switch, and before its inventory arrived.
    """
    first = next(one for one in moments if one.kind == "inventory")
    latest_start = first.before - timedelta(seconds=first.uptime_seconds)
    faults = []
    for one in moments:
        counted = timedelta(seconds=one.uptime_seconds)
        earliest, latest = switched_on + counted, latest_start + counted
        if one.before < earliest:
            faults.append(f"{one.kind}: certified before {one.before}, made after {earliest}")
        if one.after is None or one.after > latest:
            faults.append(f"{one.kind}: certified after {one.after}, made before {latest}")
    return faults


def kept(image: StickImage, stick: Path) -> list[str]:
    """Look at the stick afterwards: grown, unchanged outside its data, nothing undelivered."""
    faults = []
    changed = stick_image.changed_outside_data(image.disk, stick)
    if changed:
        faults.append(f"the stick was changed outside its data partition, at {changed}")
    grown = stick_image.partition(stick)[1] - stick_image.partition(image.disk)[1]
    if grown < (SPARE_MIB - 1) * 2**20:
        faults.append(f"the data partition grew by {grown} bytes only")
    if not stick_image.read_data(stick, "delivered"):
        faults.append("the stick holds no receipt")
    return faults
