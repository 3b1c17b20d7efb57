"""Fifty computers are switched on at 8:30: a real server, their inventories all at the same moment.

./scripts/bench morning [--count N] [--rounds R] [--only sqlite|postgresql]

Each stick has a machine of its own and delivers its inventory through the real agent to `rebond serve`, then asks for
its order, while the others do the same. The peer in the same run is one stick that delivers as many
inventories one after the other. Prints seconds and their ratio; ends 1 when an answer was an error,
a statement is missing or doubled, or a device is.
"""

import argparse
import dataclasses
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
for place in ("scripts/proofs", "tests/rig"):
    sys.path.insert(0, str(ROOT / place))

from delivery_server import RealServer  # noqa: E402 - not a package
from msgspec.structs import replace  # noqa: E402 - likewise
from postgres_server import installed, throwaway  # noqa: E402 - likewise
from sqlalchemy import func, select  # noqa: E402 - likewise

from rebond_agent import config  # noqa: E402 - likewise
from rebond_agent.delivery import send_all  # noqa: E402 - likewise
from rebond_agent.delivery.enrolment import Link, enrol, find_server  # noqa: E402 - likewise
from rebond_agent.delivery.home import server_of  # noqa: E402 - likewise
from rebond_agent.delivery.ordering import order_for  # noqa: E402 - likewise
from rebond_agent.machine.recorded import RecordedMachine  # noqa: E402 - likewise
from rebond_agent.probes import Collected, collect  # noqa: E402 - likewise
from rebond_agent.session import inspect, new_session  # noqa: E402 - likewise
from rebond_agent.stick import Stick  # noqa: E402 - likewise
from rebond_agent.stick.durable import Durable  # noqa: E402 - likewise
from rebond_agent.stick.outbox import opened  # noqa: E402 - likewise
from rebond_server.operations.work import NOBODY  # noqa: E402 - likewise
from rebond_server.store.device import Device  # noqa: E402 - likewise
from rebond_server.store.stick import StatementRow  # noqa: E402 - likewise
from rebond_server.verb import utc_now  # noqa: E402 - likewise

MACHINE = ROOT / "tests" / "machines" / "lenovo-thinkpad-x270-nvme"


def main() -> int:
    """Run the morning on each database; return 1 when anything went wrong."""
    words = argparse.ArgumentParser(prog="bench morning", description=__doc__)
    words.add_argument("--count", type=int, default=50, help="computers")
    words.add_argument("--rounds", type=int, default=3, help="mornings")
    words.add_argument("--only", choices=("sqlite", "postgresql"))
    asked = words.parse_args()
    bad = 0
    if asked.only != "postgresql":
        bad += morning("sqlite", None, asked.count, asked.rounds)
    if asked.only != "sqlite":
        if not installed():
            print("postgresql: not installed, NOT TRIED")
            return 1
        with throwaway() as url:
            bad += morning("postgresql", url.format(database="postgres"), asked.count, asked.rounds)
    return 1 if bad else 0


def morning(name: str, url: str | None, count: int, rounds: int) -> int:
    """Let all deliver at once, then one alone as much; return how much went wrong."""
    collected = collect(RecordedMachine(MACHINE))
    with tempfile.TemporaryDirectory() as folder, RealServer(Path(folder), url) as server:
        sticks = [enrolled(server, Path(folder) / f"stick-{number}") for number in range(count)]
        each: list[float] = []
        errors: list[str] = []
        walls = []
        for round_number in range(rounds):
            facts = [another(collected, f"{round_number}-{number}") for number in range(count)]
            walls.append(together(sticks, facts, each, errors))
        alone = enrolled(server, Path(folder) / "alone")
        begun = time.monotonic()
        for number in range(count):
            deliver(alone, another(collected, f"alone-{number}"), [], errors)
        one_by_one = time.monotonic() - begun
        return told(name, server, (count, rounds), (walls, each, one_by_one), errors)


def together(
    sticks: list[Stick], facts: list[Collected], each: list[float], errors: list[str]
) -> float:
    """Let every stick deliver at the same moment; return the seconds until the last was done."""
    gate = threading.Barrier(len(sticks) + 1)

    def boot(stick: Stick, found: Collected) -> None:
        gate.wait()
        deliver(stick, found, each, errors)

    threads = [threading.Thread(target=boot, args=pair) for pair in zip(sticks, facts, strict=True)]
    for thread in threads:
        thread.start()
    gate.wait()
    begun = time.monotonic()
    for thread in threads:
        thread.join(300)
    return time.monotonic() - begun


def deliver(stick: Stick, found: Collected, each: list[float], errors: list[str]) -> None:
    """Keep an inventory, deliver it and ask for its order, as the agent does at boot."""
    session = new_session(RecordedMachine(MACHINE), config.computer_clocks(), stick, None)
    with opened(stick) as outbox:
        inspect(session, found, outbox)
        begun = time.monotonic()
        sent = send_all(outbox, server_of(stick), sleep=time.sleep, backoff=())
        errors += [str(problem) for problem in sent.problems]
        if order_for(outbox, server_of(stick), session.run) is None:
            errors.append("no order")
        each.append(time.monotonic() - begun)


def told(
    name: str,
    server: RealServer,
    size: tuple[int, int],
    seconds: tuple[list[float], list[float], float],
    errors: list[str],
) -> int:
    """Print the figures; return how much went wrong."""
    (count, rounds), (walls, each, one_by_one) = size, seconds
    expected = count * rounds + count
    with server.workshop.work(NOBODY, utc_now(), reading=True) as work:
        statements = work.session.scalar(select(func.count()).select_from(StatementRow)) or 0
        devices = work.session.scalar(select(func.count()).select_from(Device)) or 0
    each.sort()
    wall = statistics.median(walls)
    print(
        f"{name}: {count} computers at once, {rounds} mornings; all done in {wall:.1f} s (median), one "
        f"stick alone needs {one_by_one:.1f} s for as many: ratio {wall / one_by_one:.2f}\n"
        f"  each: median {statistics.median(each):.2f} s, slowest {each[-1]:.2f} s\n"
        f"  errors {len(errors)}, statements {statements} of {expected}, devices {devices} of {expected}",
        flush=True,
    )
    for error in errors[:5]:
        print(f"  {error}")
    return len(errors) + abs(expected - statements) + abs(expected - devices)


def another(collected: Collected, serial: str) -> Collected:
    """Return the facts of another machine of the same model."""
    facts = collected.facts
    board = replace(facts.board, serial=f"S{serial}", board_serial=f"B{serial}", uuid=str(uuid4()))
    drives = tuple(
        replace(one, identity=replace(one.identity, serial=f"D{serial}-{number}", wwn=None))
        for number, one in enumerate(facts.drives)
    )
    network = tuple(replace(one, mac=None) for one in facts.network)
    return dataclasses.replace(
        collected, facts=replace(facts, board=board, drives=drives, network=network)
    )


def enrolled(server: RealServer, folder: Path) -> Stick:
    """Enrol a stick."""
    found = find_server(Link(url=server.url, code="", fingerprint=None))
    return enrol(
        folder, found, code=server.code(), name=folder.name, language="en", disk=Durable()
    ).stick


if __name__ == "__main__":
    sys.exit(main())
