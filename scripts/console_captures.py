"""Capture the technician's console in tmux: scripts/console_captures.py [FOLDER].

Two sizes, two languages, every view; each capture is one text file of exactly that size, with its
colours beside it (.ansi). What runs is the real console, over a recorded machine and three scratch
images, one of which lies about writing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rebond_agent.delivery.enrolment import enrol
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.stick.durable import Durable

ROOT = Path(__file__).resolve().parents[1]
MACHINE = ROOT / "tests" / "machines" / "by-hand-laptop-8gb"
SIZES = ((80, 25), (120, 40))
LANGUAGES = ("fr", "en")
MEBIBYTE = 1024 * 1024
_PATIENCE_SECONDS = 90.0


class Stage:
    """One console in one tmux of its own."""

    def __init__(self, folder: Path, language: str, size: tuple[int, int]) -> None:
        """Enrol a stick, make the images and start the console."""
        self.folder = folder
        self.socket = str(folder / "tmux")
        stick = folder / "stick"
        enrol(stick, FakeServer(), code="GOOD-CODE", name="Banc 3", language="fr", disk=Durable())
        images = []
        for name, size_mib in (("a.img", 3), ("b.img", 3), ("c.img", 600)):
            images.append(str(folder / name))
            with (folder / name).open("wb") as file:
                file.truncate(size_mib * MEBIBYTE)
        command = [
            sys.executable, "-m", "rebond_agent", "--lang", language, "--stick", str(stick),
            "console", "--machine", str(MACHINE), "--image", *images,
            "--fault", "b.img:drop-writes", "--by", "Camille",
        ]  # fmt: skip
        width, height = size
        self.tmux("-f", "/dev/null", "set-option", "-g", "remain-on-exit", "on", ";", "new-session", "-d", "-x", str(width), "-y", str(height),
                  "env", "-u", "NO_COLOR", *command)  # fmt: skip

    def tmux(self, *words: str) -> str:
        """Run one tmux command and return what it printed."""
        run = subprocess.run(
            ["tmux", "-S", self.socket, *words],  # noqa: S607 - by name, as a technician would
            check=True,
            capture_output=True,
            text=True,
        )
        return run.stdout

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names of them."""
        self.tmux("send-keys", *keys)

    def scan(self, text: str) -> None:
        """Type as a barcode gun does, with Enter at the end."""
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def until(self, *texts: str) -> str:
        """Return the screen as soon as any of these texts stands on it."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            shown = self.tmux("capture-pane", "-p")
            if any(text in shown for text in texts):
                time.sleep(0.25)
                return self.tmux("capture-pane", "-p")
            time.sleep(0.1)
        raise TimeoutError(f"none of {texts} came on the screen:\n{shown}")

    def colours(self) -> str:
        """Return the screen with its colours."""
        return self.tmux("capture-pane", "-p", "-e")

    def close(self) -> None:
        """End the console and its tmux."""
        self.tmux("kill-server")


def walk(stage: Stage) -> Iterator[tuple[str, str]]:
    """Go through every view as a technician would; give the name and the text of each."""
    yield "1-machine", stage.until("F2 Effacer", "F2 Erase") and stage.until("a.img")
    serials = serial_ends(stage)
    stage.press("F2")
    yield "2-confirm", stage.until("EFFACER LES DISQUES", "ERASE THE DRIVES")
    for end in serials:
        stage.scan(end)
    stage.scan("RB-000042")
    yield "3-chosen", stage.until("3 disque(s)", "3 drive(s)")
    stage.press("Enter")
    yield "4-countdown", stage.until("Départ dans ", "Starts in ")
    yield "5-erasing", stage.until("4 écriture ·", "4 writing ·")
    stage.press("F3")
    stage.until("clavier", "keyboard")
    stage.press("Down", "Down", "Enter")
    yield "6-colour", stage.until("Entrée : suite", "Enter: next")
    for _ in range(5):
        stage.press("Enter")
        time.sleep(0.2)
    yield "7-question", stage.until("point mort, tache ni bande", "dead pixels, stains")
    stage.press("F6")
    stage.until("ÉCHEC", "FAIL")
    for _ in range(4):
        stage.press("Down")
        stage.press("Enter")
        time.sleep(0.2)
    yield (
        "8-checks",
        stage.until("8 to do", "> ports USB             non", "> USB ports             skip"),
    )
    stage.press("Escape")
    yield "9-ended", stage.until("À faire   montrer", "To do     show")
    stage.press("F4")
    yield "10-page", stage.until("/d/RB-000042")
    stage.press("Escape")
    stage.until("F2 ", "F8 ")
    stage.press("F10")
    yield "11-leave", stage.until("QUITTER", "LEAVE")


def serial_ends(stage: Stage) -> list[str]:
    """Return the last four characters of each drive's serial number, read from the screen."""
    shown = stage.tmux("capture-pane", "-p")
    return re.findall(r"[abc]\.img · .*(?:n°|s/n) \S*(\S{4})$", shown, re.MULTILINE)


def main(target: Path) -> int:
    """Write every capture into the folder."""
    if shutil.which("tmux") is None:
        print("tmux n'est pas installé / tmux is not installed", file=sys.stderr)
        return 1
    target.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        for language in LANGUAGES:
            with tempfile.TemporaryDirectory(prefix="rebond-console-") as folder:
                stage = Stage(Path(folder), language, size)
                try:
                    for name, text in walk(stage):
                        stem = f"{size[0]}x{size[1]}-{language}-{name}"
                        (target / f"{stem}.txt").write_text(text, encoding="utf-8")
                        (target / f"{stem}.ansi").write_text(stage.colours(), encoding="utf-8")
                finally:
                    stage.close()
            print(f"{size[0]}x{size[1]} {language}: {target}")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("TERM", "xterm")
    raise SystemExit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/console")))
