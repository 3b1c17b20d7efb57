"""Cutting the power of an agent: SIGKILL, then its stick is what had been fsynced and not a byte more.

The model is the strictest that POSIX allows: a file holds what it held at its own last fsync, and a
folder has the names that it had at its own last fsync (names never synced are gone, deletions never
synced undone). A real disk may keep more; nothing may need it.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import msgspec

SHADOW = "shadow"
_EMPTY_MACHINE = "empty-machine"


class Shadow:
    """Remembers, beside the stick's folder, what a power cut would leave of it."""

    def __init__(self, folder: Path) -> None:
        self._root, self._place = folder, folder.with_name(f"{folder.name}.{SHADOW}")

    def begin(self) -> None:
        """Take everything that is there as safe."""
        shutil.rmtree(self._place, ignore_errors=True)
        (self._place / "pins").mkdir(parents=True)
        for path in sorted(self._root.rglob("*")):
            if path.is_file():
                self._file(path)
        for path in (self._root, *sorted(self._root.rglob("*"))):
            if path.is_dir():
                self._folder(path)

    def sync(self, descriptor: int) -> None:
        """Stand in for fsync."""
        os.fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            self._folder(path)
        elif path.exists():
            self._file(path)

    def restore(self) -> None:
        """Set the folder back to what was safe."""
        listings = json.loads((self._place / "folders.json").read_text())
        shutil.rmtree(self._root)
        for name in sorted(listings):
            place = self._root / name
            if name != "." and not self._named(listings, name):
                continue
            place.mkdir(parents=True, exist_ok=True)
            for entry, inode in listings[name].items():
                if inode is None:
                    (place / entry).mkdir(exist_ok=True)
                    continue
                safe = self._place / f"{inode}.bytes"
                (place / entry).write_bytes(safe.read_bytes() if safe.exists() else b"")

    @staticmethod
    def _named(listings: dict[str, dict[str, int | None]], name: str) -> bool:
        """Say whether the folder's own name was safe in every folder above."""
        parent, _, last = name.rpartition("/")
        above = listings.get(parent or ".")
        return above is not None and last in above

    def _file(self, path: Path) -> None:
        inode = path.stat().st_ino
        with contextlib.suppress(FileExistsError):
            os.link(
                path, self._place / "pins" / str(inode)
            )  # so that its number is not given again
        self._write(self._place / f"{inode}.bytes", path.read_bytes())

    def _folder(self, path: Path) -> None:
        known = self._place / "folders.json"
        listings = json.loads(known.read_text()) if known.exists() else {}
        name = str(path.relative_to(self._root))
        entries: dict[str, int | None] = {}
        for entry in os.scandir(path):
            entries[entry.name] = None if entry.is_dir() else entry.inode()
            if entry.is_file():
                with contextlib.suppress(FileExistsError):
                    os.link(entry.path, self._place / "pins" / str(entry.inode()))
        listings[name] = entries
        self._write(known, json.dumps(listings).encode())

    def _write(self, path: Path, content: bytes) -> None:
        fresh = path.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(path)


def cut_power(folder: Path, images: list[Path], seconds: float) -> set[UUID]:
    """Let an agent erase the images offline and kill it; return the erasures it said were finished."""
    machine = folder.with_name(_EMPTY_MACHINE)
    machine.mkdir(exist_ok=True)
    Shadow(folder).begin()
    words = [sys.executable, __file__, str(folder), str(machine), *map(str, images)]
    agent = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    assert agent.stdout is not None  # noqa: S101 - asked for above
    agent.stdout.readline()  # it has begun
    with contextlib.suppress(subprocess.TimeoutExpired):
        agent.wait(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(agent.pid, signal.SIGKILL)
    output, _ = agent.communicate(timeout=60)
    time.sleep(0.05)
    return {found for line in output.splitlines() if (found := _erasure(line)) is not None}


def restored(folder: Path) -> None:
    """Leave on the stick what a power cut would have left."""
    Shadow(folder).restore()


def _erasure(line: bytes) -> UUID | None:
    try:
        said = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
    done = isinstance(said, dict) and said.get("kind") == "erasure"
    return UUID(said["id"]) if done else None


def main(folder: str, machine: str, *images: str) -> int:
    """Erase as `rebond-agent wipe` does, with every fsync remembered."""
    from rebond_agent import config  # noqa: PLC0415 - only the child needs the agent
    from rebond_agent.command.arguments import parser  # noqa: PLC0415 - likewise
    from rebond_agent.command.desk import Desk  # noqa: PLC0415 - likewise
    from rebond_agent.command.wipe import wipe_command  # noqa: PLC0415 - likewise
    from rebond_agent.language import Language  # noqa: PLC0415 - likewise
    from rebond_agent.stick.durable import Durable  # noqa: PLC0415 - likewise

    words = ["wipe", "--json", "--no-send", "--machine", machine, "--image", *images]
    asked = parser(Language.EN).parse_args(words)
    desk = Desk(
        language=Language.EN,
        stick=Path(folder),
        out=sys.stdout,
        err=sys.stderr,
        clocks=config.computer_clocks(),
        sleep=time.sleep,
        disk=Durable(Shadow(Path(folder)).sync),
    )
    print("begun", flush=True)
    return wipe_command(desk, asked)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
