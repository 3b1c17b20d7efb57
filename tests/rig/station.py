"""A guest that does what the proofs ask: programs, and the agent's own command line."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import host_guest
from disks import Disk
from qemu import GuestFailed, Qemu

HERE = Path(__file__).resolve().parent
BOOT_SECONDS = 240.0
LIFE_SECONDS = 4800.0
"""A dozen drives on one emulated processor take half an hour of its own time where this is slow."""
BROKEN = -1
"""Status of an order that an exception ended."""
_LOOK_SECONDS = 0.1

MODULES = (
    *host_guest.BUSES,
    "sdhci_pci",
    "mmc_block",
    "ext4",
)


STICK = f"{host_guest.SHARED}/stick"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One drive as the guest's kernel shows it."""

    path: str
    serial: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How an order ended."""

    status: int
    out: str = ""
    err: str = ""


def found_in(shown: Sequence[Seen], disk: Disk) -> Seen:
    """Return the drive that is this disk: by its serial number, where it shows one, and its size."""
    sized = [one for one in shown if one.size_bytes == disk.size_bytes]
    named = [one for one in sized if one.serial == disk.serial] or sized
    if len(named) != 1:
        raise GuestFailed(f"{disk.serial} of {disk.size_bytes} bytes is not among {shown}")
    return named[0]


class Order:
    """Something that the guest is doing."""

    def __init__(self, station: "Station", name: str) -> None:
        """Know which order of which guest it is."""
        self._station, self.name = station, name

    @property
    def done(self) -> bool:
        """Whether its end was told."""
        return self._place(".json").exists()

    def said(self) -> str:
        """Return what the agent has said so far, on both streams."""
        texts = (self._place(kind) for kind in (".out", ".err"))
        return "".join(path.read_text(errors="replace") for path in texts if path.exists())

    def await_text(self, text: str, seconds: float) -> None:
        """Wait until the agent says this."""
        patience = self._station.qemu.patience(seconds)
        while text not in self.said():
            if self.done or patience.over:
                raise self._station.qemu.failed(f"the agent never said {text!r}:\n{self.said()}")
            self._station.breathe()

    def await_inventory(self, seconds: float = 240.0) -> None:
        """Wait until the agent that wipes late has its inventory."""
        patience = self._station.qemu.patience(seconds)
        while not self._place(".collected").exists():
            if self.done or patience.over:
                answer = self._place(".json").read_text() if self.done else ""
                raise self._station.qemu.failed(f"the agent made no inventory: {answer}")
            self._station.breathe()

    def go_on(self) -> None:
        """Let the agent that wipes late begin."""
        self._place(".go").touch()

    def wait(self, seconds: float = 300.0) -> Answer:
        """Return its end; GuestFailed when the guest ends before, takes longer, or broke it."""
        patience = self._station.qemu.patience(seconds)
        while not self.done:
            if patience.over:
                raise self._station.qemu.failed(f"order {self.name} has no end:\n{self.said()}")
            self._station.breathe()
        answer = Answer(**json.loads(self._place(".json").read_bytes()))
        if answer.status == BROKEN:
            raise GuestFailed(f"order {self.name}: {answer.err}")
        return answer

    def _place(self, kind: str) -> Path:
        return self._station.shared / "answers" / f"{self.name}{kind}"


class Station:
    """A booted guest that waits for orders. Leaving the `with` ends it."""

    def __init__(
        self,
        kernel: Path,
        folder: Path,
        words: Sequence[str],
        *,
        modules: Sequence[str] = (),
        memory_mib: int = 1024,
    ) -> None:
        """Boot with these words for QEMU besides; the folder takes all that the guest leaves."""
        folder.mkdir(parents=True, exist_ok=True)
        self.shared = folder / "shared"
        for name in ("orders", "answers"):
            (self.shared / name).mkdir(parents=True)
        base = host_guest.words(
            kernel,
            folder,
            HERE / "in_station.py",
            modules=(*MODULES, *modules),
            memory_mib=memory_mib,
        )
        self._count = 0
        self.stick_in_guest = STICK
        """Folder of the agent's stick as the guest sees it."""
        self.qemu = Qemu([*base, "-cpu", "qemu64", *words], folder, time_limit=LIFE_SECONDS)

    def await_ready(self) -> None:
        """Wait until the guest takes orders."""
        patience = self.qemu.patience(BOOT_SECONDS)
        while not (self.shared / "ready").exists():
            if patience.over:
                raise self.qemu.failed("the guest is not ready")
            self.breathe()

    def start(self, **order: Any) -> Order:
        """Give an order: `run=[WORDS], seconds=S` or `agent=[WORDS]`."""
        self._count += 1
        name = f"{self._count:04}"
        unfinished = self.shared / "orders" / f"{name}.part"
        unfinished.write_text(json.dumps(order))
        unfinished.rename(unfinished.with_suffix(".json"))
        return Order(self, name)

    def run(self, *words: str, seconds: float = 120.0) -> str:
        """Run a program in the guest and return its output; GuestFailed when it fails."""
        answer = self.start(run=words, seconds=seconds).wait(seconds + 60)
        if answer.status:
            raise GuestFailed(f"{' '.join(words)}: status {answer.status}\n{answer.err}")
        return answer.out

    def agent(self, *words: str) -> Order:
        """Start the agent with these words."""
        return self.start(agent=("--stick", self.stick_in_guest, "--lang", "en", *words))

    def wipe_late(self, serials: Sequence[str]) -> Order:
        """Have the agent take an inventory and wait, before it erases these drives."""
        return self.start(late=serials, stick=self.stick_in_guest)

    @property
    def stick(self) -> Path:
        """Where the host sees the agent's stick, when it lies in the shared folder."""
        return self.shared / Path(STICK).name

    def wipe(self, disks: Sequence[Disk], *, known_as: Sequence[str] = ()) -> Order:
        """Have the agent erase these disks at once, confirmed by the ends of their serial numbers.

        `known_as`: serial numbers by which the agent may know them besides.
        """
        shown = self.shown()
        found = [found_in(shown, disk) for disk in disks]
        serials = (*(one.serial for one in (*found, *disks)), *known_as)
        ends = {serial[-4:] for serial in serials if serial}
        return self.agent(
            *("wipe", "--no-send", "--drive", *(one.path for one in found)),
            *("--yes-erase", *sorted(ends)),
        )

    def shown(self) -> list[Seen]:
        """Return the drives that the kernel shows."""
        told = self.run("lsblk", "--json", "--bytes", "--nodeps", "-o", "PATH,SERIAL,SIZE,TYPE")
        return [
            Seen(
                path=row["path"],
                serial=row["serial"] or self._card(row["path"]),
                size_bytes=row["size"],
            )
            for row in json.loads(told)["blockdevices"]
            if row["type"] == "disk"
        ]

    def paths(self, disks: Sequence[Disk]) -> list[str]:
        """Return the paths of these disks; GuestFailed when one is not shown."""
        shown = self.shown()
        return [found_in(shown, disk).path for disk in disks]

    def await_drive(self, disk: Disk, seconds: float = 60.0) -> None:
        """Wait until the guest shows this disk."""
        patience = self.qemu.patience(seconds)
        while not any(one.serial == disk.serial for one in self.shown()):
            if patience.over:
                raise self.qemu.failed(f"{disk.serial} never came")
            self.breathe()

    def _card(self, path: str) -> str:
        """Return the serial number of an SD card, which lsblk does not tell."""
        place = f"/sys/block/{Path(path).name}/device/serial"
        return self.start(run=("cat", place), seconds=20).wait(60).out.strip()

    def breathe(self) -> None:
        """Wait a moment; GuestFailed when the guest is no more."""
        time.sleep(_LOOK_SECONDS)
        if not self.qemu.running:
            raise self.qemu.failed("the guest has ended")

    def __enter__(self) -> Self:
        """Give the station, ready for orders."""
        try:
            self.await_ready()
        except BaseException:
            self.qemu.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it like a power cut: what has to last is on the disks and on the stick by then."""
        self.qemu.__exit__(kind, error, trace)
