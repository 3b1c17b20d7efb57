"""The demonstration workshop: the whole main job once, with the real agent and the real server.

Makes the workshop in ./var, enrols a stick, inspects this very computer, really erases three scratch
image files (never a disk), sends, grades, plans, prints the table, and serves the screens.
"""

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
MACHINES = ROOT / "tests" / "machines"
IMAGE_BYTES = 48 * 1024 * 1024 + 1536
"""No multiple of the engine's blocks: the last bytes count, too."""
LATEST_PORT = 8180
PEOPLE = (
    ("technique", "Camille Bonnet", "technician"),
    ("atelier", "Nadia Ferrand", "lead"),
    ("attribution", "Louis Perrin", "officer"),
    ("admin", "Administration", "admin"),
)


@dataclass(frozen=True, kw_only=True)
class Scratch:
    """A recorded machine, and the image file that stands in the place of its drives."""

    machine: str
    image: str
    tag: str
    fault: str | None = None


SCRATCHES = (
    Scratch(machine="by-hand-laptop-8gb", image="disque-sain", tag="DEMO-0001"),
    Scratch(
        machine="hp-elitebook-840-g3-scsi",
        image="disque-menteur",
        tag="DEMO-0002",
        fault="drop-writes",
    ),
    Scratch(
        machine="dell-latitude-e7450-sata",
        image="disque-illisible",
        tag="DEMO-0003",
        fault="unreadable=8388608+4096",
    ),
)
TESTED = (
    *(f"{name}=pass" for name in ("keyboard", "touchpad", "screen", "sound", "microphone")),
    *(f"{name}=pass" for name in ("camera", "ports", "network", "battery")),
    "appearance=pass:B",
)
"""What the technician of the demonstration says of each machine on the bench."""
LOT = "collecte-2021"
NOT_ALL_ERASED = 7
"""The agent's exit status when a drive was not carried to its end: here two are broken on purpose."""
THIS_COMPUTER = "CE-PC"
"""Its label: a virtual machine may have nothing else by which to know it again."""


class Stopped(Exception):
    """A step failed; the sentence says which and why."""


def main() -> int:
    """Run the demonstration; return the exit status."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--once", action="store_true", help="stop after the table")
    words.add_argument("--port", type=int, help="port of the screens (default: 8080, or the next)")
    asked = words.parse_args()
    try:
        return run(free_port(asked.port), once=asked.once)
    except Stopped as reason:
        print(f"Arrêt / stopped: {reason}", file=sys.stderr)
        return 1


def run(port: int, *, once: bool) -> int:
    """Make the workshop, serve it on this port, walk the machines through it."""
    url = f"http://localhost:{port}"
    var = Path(os.environ.get("REBOND_VAR") or ROOT / "var").resolve()
    os.environ |= {"REBOND_VAR": str(var), "REBOND_PUBLIC_URL": url}
    rebond("init", "--site", "Atelier de démonstration")
    passwords = make_people(var)
    rebond("demonstration")
    words = [PROGRAMS / "rebond", "serve", "--port", str(port)]
    with (var / "server.log").open("ab") as log:
        server = subprocess.Popen(words, cwd=ROOT, stderr=log)
    try:
        wait_for(url, server)
        walk(var, url)
        print(rebond("table"))
        for line in passwords:
            print(line)
        print(f"\n  Écrans / screens : {url}\n", flush=True)
        if not once:
            server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    return 0


def walk(var: Path, url: str) -> None:
    """Inspect this computer, erase the scratch images, send, confirm the grades, plan."""
    stick = var / f"stick-{url.rpartition(':')[2]}"
    if not enrolled(stick):
        code = rebond("enrol-code").strip()
        agent(stick, "enrol", url, code, "--name", f"clé de démonstration {url}")
    step("Relevé de cet ordinateur / inventory of this computer")
    agent(stick, "inspect", "--no-send", "--asset-tag", THIS_COMPUTER)
    for scratch in SCRATCHES:
        erase(var, stick, scratch)
    step("Envoi / sending")
    agent(stick, "send")
    step("Lot, classement et attribution / lot, grades and plan")
    rebond("lot", LOT, *(scratch.tag for scratch in SCRATCHES))
    rebond("confirm-grades", "--as", "atelier")
    rebond("plan", "--as", "attribution")


def erase(var: Path, stick: Path, scratch: Scratch) -> None:
    """Fill one image with a donor's data and erase it, once: a second run finds it done."""
    image = var / "scratch" / f"{scratch.image}.img"
    done = image.with_suffix(".done")
    if done.exists():
        return
    step(f"Effacement d'essai / trial erasure: {scratch.image}")
    image.parent.mkdir(parents=True, exist_ok=True)
    line = b"Donnees du donateur: Dupont Marie, releve de compte. "
    image.write_bytes((line * (IMAGE_BYTES // len(line) + 1))[:IMAGE_BYTES])
    fault = ["--fault", scratch.fault] if scratch.fault else []
    agent(
        stick, "wipe", "--no-send", "--asset-tag", scratch.tag, "--by", "technique",
        *(word for told in TESTED for word in ("--check", told)),
        "--machine", str(MACHINES / scratch.machine), "--image", str(image), *fault,
        fine=(0, NOT_ALL_ERASED),
    )  # fmt: skip
    done.touch()


def make_people(var: Path) -> list[str]:
    """Make the four accounts at the first run; return the lines that tell the passwords, once."""
    made = var / "people.made"
    if made.exists():
        return []
    lines = ["", "  Comptes, montrés une seule fois / accounts, shown once:"]
    for login, name, role in PEOPLE:
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        rebond("create-account", login, "--name", name, "--role", role, given=password + "\n")
        lines.append(f"    {login:12} {password}   ({role})")
    made.touch()
    return lines


def rebond(*words: str, given: str = "") -> str:
    """Run the server's command line; return what it printed."""
    return program("rebond", *words, given=given)


def agent(stick: Path, *words: str, fine: tuple[int, ...] = (0,)) -> str:
    """Run the agent with this stick; return what it printed."""
    return program("rebond-agent", "--stick", str(stick), *words, fine=fine)


def enrolled(stick: Path) -> bool:
    """Tell whether this stick already belongs to a workshop."""
    words = [PROGRAMS / "rebond-agent", "--stick", str(stick), "status"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, check=False).returncode == 0


def program(name: str, *words: str, given: str = "", fine: tuple[int, ...] = (0,)) -> str:
    """Run one of the two programs; raise Stopped with its own words when it fails."""
    done = subprocess.run(
        [PROGRAMS / name, *words],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in fine:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise Stopped(f"{name} {' '.join(words[:3])}: {said}")
    return done.stdout


def free_port(asked: int | None) -> int:
    """Return the port asked for, or the first free one from 8080; raise Stopped when it is taken."""
    for port in [asked] if asked else range(8080, LATEST_PORT):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Stopped(f"port {asked or '8080…'} : déjà pris / in use")


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; raise Stopped when it ends or stays silent."""
    for _ in range(300):
        if server.poll() is not None:
            raise Stopped(
                "le serveur s'est arrêté, voir server.log / the server ended, see server.log"
            )
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Stopped("le serveur ne répond pas / the server does not answer")


def step(text: str) -> None:
    """Show what is going on."""
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
