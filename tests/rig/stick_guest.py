"""A PC for the stick: firmware, memory and drives with a donor's data; worked by its keyboard."""

import random
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from disks import REAL_BYTES
from qemu import GuestFailed, Qemu
from screen_pixels import pixels

MIB = 2**20
MARK = b"DONNEES-DU-DONATEUR"
"""Stands in every block of a donor's drive: the host looks for it afterwards."""

_OVMF = Path("/usr/share/OVMF")
_KEY_SECONDS = 0.25
_LIGHT = 100
_LOOK_SECONDS = 0.5
_MENU_SECONDS = 300
_BAR_ROW, _BAR_FROM, _BAR_TO = 4, 20, 75
"""Where the boot menu's first line lies when it is chosen: a light bar, in rows and columns of 80x25."""
_AZERTY = {"a": "q", "q": "a", "z": "w", "w": "z", "m": "semicolon"}
"""Letter to the key that carries it on a French keyboard, by its place on an American one."""


class Firmware(StrEnum):
    """How the PC comes to its boot loader."""

    BIOS = "bios"
    UEFI = "uefi"
    SECURE_BOOT = "secure-boot"
    PXE_BIOS = "pxe-bios"
    PXE_SECURE_BOOT = "pxe-secure-boot"


_LOADER = {Firmware.PXE_BIOS: "boot.ipxe", Firmware.PXE_SECURE_BOOT: "shimx64.efi"}
"""What the address server of the network names."""


@dataclass(frozen=True, kw_only=True)
class DonorDrive:
    """One drive: its QEMU device, and the serial number whose last letters confirm its erasure."""

    name: str
    serial: str
    device: str
    size: int = 12 * MIB


DRIVES = (
    DonorDrive(
        name="sata",
        serial="W62KLIDE",
        device="ide-hd,bus=ide.1,model=ST500LM021,ver=0002LIM1,rotation_rate=7200",
    ),
    DonorDrive(name="nvme", serial="S3TYKNVE", device="nvme"),
    DonorDrive(
        name="scsi",
        serial="SN0KSCSI",
        device="scsi-hd,bus=scsi.0,vendor=SEAGATE,product=ST9500,wwn=0x5000c500deadbeef,rotation_rate=10000",
    ),
    DonorDrive(name="usb", serial="KLEFUSBD", device="usb-storage,bus=usb.0,removable=off"),
)


class StickGuest:
    """One PC with the stick in it, switched on as long as the `with` lasts."""

    def __init__(
        self,
        folder: Path,
        stick: Path | None,
        *,
        firmware: Firmware,
        memory_mib: int = 1024,
        drives: Sequence[DonorDrive] = DRIVES,
        network: bool = True,
        tftp: Path | None = None,
        cores: int = 1,
        screen: str = "VGA",
        time_limit: float = 1500,
        more: Sequence[str] = (),
    ) -> None:
        """Plant the donors' data and switch on; every drive is a file in the folder."""
        self.folder, self.drives = folder, tuple(drives)
        for drive in self.drives:
            plant(folder / f"{drive.name}.img", drive.size, drive.serial)
        words = [
            *("-cpu", "qemu64", "-smp", str(cores), "-m", str(memory_mib), "-device", screen),
            *self._machine(firmware),
            *("-device", "qemu-xhci,id=usb", "-device", "usb-kbd,bus=usb.0"),
            *("-device", "virtio-scsi-pci,id=scsi"),
        ]
        if stick is not None:
            words += ["-drive", f"if=none,id=stick,format=raw,file={stick}", "-device"]
            words += [f"usb-storage,bus=usb.0,drive=stick,removable=on{_first(not _pxe(firmware))}"]
        for drive in self.drives:
            source = f"if=none,id={drive.name},format=raw,file={folder / drive.name}.img"
            words += ["-drive", f"{source},throttling.bps-total={REAL_BYTES}"]
            words += ["-device", f"{drive.device},drive={drive.name},serial={drive.serial}"]
        if network:
            served = "" if tftp is None else f",tftp={tftp},bootfile={_LOADER[firmware]}"
            words += ["-netdev", f"user,id=net{served}"]
            words += ["-device", f"{_card(firmware)},netdev=net{_first(_pxe(firmware))}"]
        self.qemu = Qemu([*words, *more], folder, time_limit=time_limit)

    def _machine(self, firmware: Firmware) -> list[str]:
        """Return the words for mainboard and firmware; UEFI's variables are a copy."""
        if firmware in {Firmware.BIOS, Firmware.PXE_BIOS}:
            return ["-machine", "q35"]
        secure = firmware in {Firmware.SECURE_BOOT, Firmware.PXE_SECURE_BOOT}
        code, variables = ("CODE_4M.ms", "VARS_4M.ms") if secure else ("CODE_4M", "VARS_4M")
        own = self.folder / "efivars.fd"
        shutil.copyfile(_OVMF / f"OVMF_{variables}.fd", own)
        flash = f"if=pflash,unit=0,format=raw,readonly=on,file={_OVMF}/OVMF_{code}.fd"
        words = ["-drive", flash, "-drive", f"if=pflash,unit=1,format=raw,file={own}"]
        if not secure:
            return ["-machine", "q35", *words]
        locked = ["-global", "driver=cfi.pflash01,property=secure,value=on"]
        return ["-machine", "q35,smm=on", *locked, *words]

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as slowly as a person: a slow PC loses none.

        In the PC's own time: one that is kept waiting would drop keys behind its sixteenth.
        """
        for key in keys:
            self.qemu.monitor.keys(*key.split("+"))
            self.rest(_KEY_SECONDS)

    def rest(self, seconds: float) -> None:
        """Let so much of the PC's own time pass."""
        patience = self.qemu.patience(seconds)
        while (left := patience.left) > 0:
            time.sleep(left)

    def write(self, letters: str) -> None:
        """Type letters on the French keyboard."""
        self.press(*(_AZERTY.get(letter, letter) for letter in letters.lower()))

    def choose(self, entry: int) -> None:
        """Choose a line of the boot menu (text mode), counted from 0, as soon as it is there.

        The first key stops its countdown: until then the arrow that leads nowhere is pressed.
        """

        def shown() -> bool:
            self.press("up")
            return _is_menu(self.look("menu"))

        self.wait_for("the boot menu", shown, _MENU_SECONDS)
        self.press(*["down"] * entry, "ret")

    def disturb(self) -> None:
        """Press what opens a shell, another console or a restart on a common Linux."""
        self.press("ctrl+alt+f2", "ctrl+alt+delete", "alt+sysrq+b", "alt+right", "ctrl+c", "esc")
        self.press("backspace")  # the b of SysRq is a letter like any other
        self.rest(2)

    def erase_all(self) -> None:
        """Do what the technician does: F2, the last four letters of every drive, Enter."""
        self.press("f2")
        self.rest(2)
        for drive in self.drives:
            self.write(drive.serial[-4:])
            self.press("ret")
            self.rest(1)
        self.look("confirmed")
        self.press("ret")

    def look(self, name: str) -> Path:
        """Write what the screen shows beside the drives, as NAME.png."""
        return self.qemu.monitor.screendump(self.folder / f"{name}.png")

    def wait_for(self, what: str, come: Callable[[], bool], seconds: float) -> None:
        """Wait until it has come; GuestFailed when the PC is off or it takes more of its own time."""
        patience = self.qemu.patience(seconds)
        while not come():
            if not self.qemu.running:
                raise self.qemu.failed(f"the PC is off; {what} never came")
            if patience.over:
                shown = self.look("late")
                raise GuestFailed(f"{what} did not come within {seconds:.0f} s: see {shown}")
            time.sleep(_LOOK_SECONDS)

    def left(self) -> list[str]:
        """Return the drives on which something of the donor can still be read."""
        return [one.name for one in self.drives if has_mark(self.folder / f"{one.name}.img")]

    def __enter__(self) -> Self:
        """Give the running PC."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Switch it off, whatever it was doing."""
        self.qemu.__exit__(kind, error, trace)


def _is_menu(screen: Path) -> bool:
    """Say whether a text screen shows the boot menu with its first line chosen."""
    shown = pixels(screen)
    width, height = len(shown[0]) // 3, len(shown)
    row = shown[int((_BAR_ROW + 0.1) * height / 25)]
    bar = [row[3 * (column * width // 80)] for column in range(_BAR_FROM, _BAR_TO)]
    return min(bar) > _LIGHT


def plant(path: Path, size: int, seed: str) -> None:
    """Write a drive that looks used: noise, and the mark in every 4 KiB block."""
    noise = random.Random(seed)  # noqa: S311 - a donor's data, not a secret
    block = MARK + noise.randbytes(4096 - len(MARK))
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(block * (MIB // 4096))


def has_mark(path: Path) -> bool:
    """Say whether the mark stands anywhere in a file."""
    carried = b""
    with path.open("rb") as file:
        while block := file.read(MIB):
            if MARK in carried + block:
                return True
            carried = block[-len(MARK) :]
    return False


def _pxe(firmware: Firmware) -> bool:
    return firmware in {Firmware.PXE_BIOS, Firmware.PXE_SECURE_BOOT}


def _first(wanted: bool) -> str:  # noqa: FBT001 - first or not
    return ",bootindex=0" if wanted else ""


def _card(firmware: Firmware) -> str:
    """Return a network card that this firmware can start from: OVMF knows virtio, SeaBIOS a ROM."""
    if firmware is Firmware.PXE_SECURE_BOOT:
        return "virtio-net-pci,romfile="
    return "virtio-net-pci" if firmware is Firmware.PXE_BIOS else "e1000e"
