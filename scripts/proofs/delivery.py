"""Does every statement arrive exactly once, whatever is cut? A real server process, the real agent.

./scripts/prove delivery [--seed N] [--count M] [--power P] [--postgres URL] [--tls]

Cuts: M statements, each upload cut at a random byte offset, in either direction, by a closed or by a reset
connection; behind it a line on which 5 % of the segments are late by a retransmission and 5 % of the
connections die (this computer's kernel has no netem: the proxy of ours is the line). The server is
killed and started again under way. Power: P times an agent that erases two scratch drives offline is
killed at a random moment, and its stick is set back to exactly what had been fsynced; then another
"computer" delivers. Prints tried and failed of each, and the seed that replays them; ends 1 if any failed.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "proofs"))

from delivery_line import Line  # noqa: E402 - beside this file
from delivery_power import cut_power, restored  # noqa: E402 - likewise
from delivery_server import RealServer  # noqa: E402 - likewise

from rebond_agent.delivery import send_all  # noqa: E402 - likewise
from rebond_agent.delivery.enrolment import Link, enrol, find_server  # noqa: E402 - likewise
from rebond_agent.delivery.server import HttpServer  # noqa: E402 - likewise
from rebond_agent.stick import Stick  # noqa: E402 - likewise
from rebond_agent.stick.durable import Durable  # noqa: E402 - likewise
from rebond_agent.stick.outbox import Place, opened  # noqa: E402 - likewise
from rebond_schemas.codec import decode  # noqa: E402 - likewise
from rebond_schemas.statement import (  # noqa: E402 - likewise
    Agent,
    Clock,
    Erasure,
    Evidence,
    Inspection,
)

LONG = 300.0
"""Seconds within which one erasure is at its end on any computer."""
TRIES = 60
"""Runs of sending that one statement may need; a cut costs one."""
RESTARTS = 25
"""Statements between two deaths of the server."""


def main() -> int:
    """Run both proofs; return 1 when anything was lost, doubled or invented."""
    words = argparse.ArgumentParser(prog="prove delivery", description=__doc__)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--count", type=int, default=500, help="uploads to cut")
    words.add_argument("--power", type=int, default=20, help="power cuts")
    words.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database")
    words.add_argument("--tls", action="store_true", help="over the workshop's own authority")
    asked = words.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        RealServer(Path(folder), asked.postgres, tls=asked.tls) as server,
    ):
        failed = cuts(server, Path(folder), asked.seed, asked.count)
        failed += powers(server, Path(folder), asked.seed, asked.power)
    return 1 if failed else 0


def cuts(server: RealServer, folder: Path, seed: int, count: int) -> int:
    """Cut each upload once; return how many statements did not end as exactly one on the server."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable proof
    stick = enrolled(server, folder / "stick-of-cuts")
    begun, made, sent = time.monotonic(), [], 0
    with Line(server.port, random.Random(seed + 1)) as line, opened(stick) as outbox:  # noqa: S311 - likewise
        through = HttpServer(url=line.url(server), authority=server.authority, time_limit=4)
        number = 0
        while line.cut < count:
            number += 1
            large = chance.random() < 0.25
            parcel = outbox.put(lambda place, big=large: statement(stick, place, big, chance))
            made.append(parcel)
            # The whole talk: the line, the headers, the parts with theirs, and the answers.
            line.cut_at(chance.randrange(len(parcel.content) + 1_000), chance)
            if number % RESTARTS == 0:
                server.die_soon(chance.uniform(0.0, 0.3))
            for _ in range(TRIES):
                sent += 1
                if not send_all(outbox, through, sleep=time.sleep, backoff=()).waiting:
                    break
                server.revive()
            server.revive()
        left = len(outbox.waiting)
    held = server.statements(stick.settings.stick)
    failed = left + sum(held.count((one.statement, one.sha256)) != 1 for one in made)
    invented = len(held) - len(made)
    print(
        f"cuts: {line.cut} at random offsets of {len(made)} uploads; {line.lost} dead connections, "
        f"{line.late} late segments, {server.deaths} deaths of the server, {sent} runs of sending\n"
        f"  tried {len(made)}, failed {failed}, invented {max(invented, 0)}  "
        f"({time.monotonic() - begun:.0f} s, seed {seed})",
        flush=True,
    )
    return failed + max(invented, 0)


def powers(server: RealServer, folder: Path, seed: int, count: int) -> int:
    """Cut the power of an agent that erases offline; return how many cuts lost or invented anything."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable proof
    begun, failed, finished, interrupted = time.monotonic(), 0, 0, 0
    stick = enrolled(server, folder / "stick-of-power")
    whole = 0.0
    for number in range(count + 1):
        images = [folder / f"{number}-{name}.img" for name in ("a", "b")]
        for image in images:
            image.write_bytes(b"donor's secret " * 140_000)
        started = time.monotonic()
        # The first run is left alone: how long it takes is what the cuts are drawn from.
        promised = cut_power(
            stick.folder, images, LONG if number == 0 else chance.uniform(0.1, 1.1) * whole
        )
        if number == 0:
            whole = time.monotonic() - started
        restored(stick.folder)
        subprocess.run(
            [sys.executable, "-m", "rebond_agent", "--stick", str(stick.folder), "send"],
            check=False, capture_output=True, timeout=120,
        )  # fmt: skip
        told = [decode(raw) for raw in server.evidence(stick.settings.stick)]
        erasures = {one.id: one for one in told if isinstance(one, Erasure)}
        lost = [one for one in promised if one not in erasures]
        lies = [
            one for one in erasures.values()
            if one.ending.value == "completed" and any(Path(one.path).read_bytes())
        ]  # fmt: skip
        twice = len(told) != len({one.id for one in told})
        waiting = len(list((stick.folder / "outbox").glob("*.statement")))
        if lost or lies or twice or waiting:
            failed += 1
            print(f"  cut {number}: lost {lost}, lies {lies}, twice {twice}, waiting {waiting}")
        finished += len(promised)
        interrupted = sum(one.ending.value == "interrupted" for one in erasures.values())
    sequences = sorted(one.sequence for one in told)
    if sequences != list(range(1, len(sequences) + 1)):
        failed += 1
        print(f"  a number is missing or doubled: {sequences}")
    print(
        f"power: {count} cuts while two drives were erased; {finished} erasures were finished before a "
        f"cut and arrived, {interrupted} arrived as interrupted\n"
        f"  tried {count}, failed {failed}  ({time.monotonic() - begun:.0f} s, seed {seed})",
        flush=True,
    )
    return failed


def enrolled(server: RealServer, folder: Path) -> Stick:
    """Enrol a stick with this server over its own address."""
    found = find_server(Link(url=server.url, code="", fingerprint=server.fingerprint))
    return enrol(
        folder, found, code=server.code(), name=folder.name, language="en", disk=Durable(),
        authority=found.authority,
    ).stick  # fmt: skip


def statement(stick: Stick, place: Place, large: bool, chance: random.Random) -> Inspection:  # noqa: FBT001 - a bool of the proof
    """Return a statement, small or of several parts."""
    noise = chance.randbytes(200_000) if large else b""
    evidence = Evidence(
        name="noise",
        command=(),
        outcome="ok",
        content=noise,
        size_bytes=len(noise),
        sha256="0" * 64,
    )
    return Inspection(
        format=1, id=uuid4(), run=uuid4(), site=stick.settings.site, stick=stick.settings.stick,
        sequence=place.sequence, previous=place.previous,
        made=Clock(wall=stick.settings.anchor, monotonic_ns=1, boot_id="proof"),
        agent=Agent(name="rebond-agent", version="0"), checks=(), evidence=(evidence,) * 2,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
