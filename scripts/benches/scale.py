"""How list, filter, search and device page bear a large stock, on SQLite and on PostgreSQL.

Fills throw-away databases with devices as years of work leave them (their lots, places, statements,
drives, judgements, grades, assignments, history, keys: see scale_stock), asks each page through the whole
application, and prints p50, p95 and the cost from 10⁴ devices to the largest. The pages ask for other
values each time. Ends 1 when a page is slower than it is asked to be.

    ./scripts/bench scale                     10⁴, 10⁵, 10⁶ on PostgreSQL; 10⁴, 10⁵ on SQLite
    ./scripts/bench scale --sizes 10000 --requests 40 --only sqlite
    ./scripts/bench scale --folder F --fill   fills databases that stay; without --fill asks them
"""

import argparse
import contextlib
import io
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from rebond_server.app import join
from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.operations.create_account import create_account
from rebond_server.operations.load_demonstration import load_demonstration
from rebond_server.operations.log_in import open_login
from rebond_server.operations.set_up import set_up
from rebond_server.operations.work import command_line
from rebond_server.operations.workshop import Workshop, open_workshop
from rebond_server.serving import settled
from rebond_server.store.people import Account

sys.path.insert(0, str(Path(__file__).parent))
from scale_databases import OPENED, analyse, size_of
from scale_machines import machines
from scale_pages import Stock, ask
from scale_stock import write_stock

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DISK = Path("/var/tmp")  # noqa: S108 - a folder of its own is made in it; /tmp may be memory
ASKED_MS = {"postgresql": (1_000_000, 300), "sqlite": (100_000, 500)}
"""What the pages are asked to keep: devices, and milliseconds of p95."""


def main(argv: list[str]) -> int:
    """Fill and ask; return 1 when a page is slower than it is asked to be."""
    asked = argparse.ArgumentParser(prog="bench scale", description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    asked.add_argument("--sqlite-most", type=int, default=100_000)
    asked.add_argument("--requests", type=int, default=60, help="requests of each page")
    asked.add_argument("--only", choices=tuple(OPENED))
    asked.add_argument("--folder", type=Path, help="keeps databases and figures; default: nothing")
    asked.add_argument("--fill", action="store_true", help="only fill what --folder keeps")
    asked.add_argument("--seed", type=int, default=20261126)
    chosen = asked.parse_args(argv)
    kept = True
    for name in OPENED if chosen.only is None else (chosen.only,):
        most = chosen.sqlite_most if name == "sqlite" else max(chosen.sizes)
        sizes = [size for size in sorted(chosen.sizes) if size <= most]
        with _room(chosen.folder) as room:
            for size in sizes:
                _measure(name, size, room, chosen)
            kept = chosen.fill or (_print(name, room) and kept)
    return 0 if kept else 1


@contextlib.contextmanager
def _room(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(
        prefix="rebond-scale-", dir=DISK if os.access(DISK, os.W_OK) else None
    ) as folder:
        yield Path(folder)


def _measure(name: str, size: int, room: Path, chosen: argparse.Namespace) -> None:
    """Fill a database unless it lies there, and keep the milliseconds of each page beside it."""
    folder = room / f"{name}-{size}"
    new = not folder.exists()
    folder.mkdir(exist_ok=True)
    with OPENED[name](folder) as url:
        config = Config(var=folder / "var", database_url=url, public_url="http://localhost")
        if new:
            _fill(name, size, folder, config, chosen.seed)
        if not chosen.fill:
            workshop = open_workshop(config)
            dice = random.Random(chosen.seed)  # noqa: S311 - a bench
            stock = Stock(dice, size, tuple(one.model for one in machines(chosen.seed)))
            figures = ask(_browser(config, workshop), stock, chosen.requests)
            (room / f"{name}-{size}.json").write_text(json.dumps(figures))
            workshop.close()
    if chosen.folder is None:
        shutil.rmtree(folder)


def _fill(name: str, size: int, folder: Path, config: Config, seed: int) -> None:
    began = time.perf_counter()
    set_up(config, "Atelier", NOW)
    workshop = open_workshop(config)
    with workshop.work(command_line(Role.ADMIN), NOW) as work:
        create_account(work, "lead", "lead", Role.LEAD, "une phrase assez longue")
    with workshop.work(command_line(Role.OFFICER), NOW) as work:
        load_demonstration(work)
    write_stock(workshop.engine, workshop.site_id, size, NOW, seed)
    analyse(workshop.engine)
    told = f"{size:,} devices in {time.perf_counter() - began:.0f} s"
    print(f"{name}: {told}, {size_of(workshop.engine, folder) / 2**20:.0f} MiB", flush=True)
    workshop.close()


def _print(name: str, room: Path) -> bool:
    figures: dict[int, dict[str, list[float]]] = {
        int(file.stem.split("-")[1]): json.loads(file.read_text())
        for file in room.glob(f"{name}-*.json")
    }
    sizes = sorted(figures)
    print(f"\n{name}: p50 / p95 in ms")
    print(f"{'':28}" + "".join(f"{size:>16,}" for size in sizes) + f"{'cost':>8}")
    devices, limit = ASKED_MS[name]
    kept = True
    for page in figures[sizes[0]]:
        cells, middles = [], []
        for size in sizes:
            times = sorted(figures[size][page])
            p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
            middles.append(statistics.median(times))
            cells.append(f"{middles[-1]:8.0f} /{p95:6.0f}")
            kept = kept and (size != devices or p95 <= limit)
        print(f"{page:28}" + "".join(cells) + f"{middles[-1] / middles[0]:7.1f}x")
    if devices in figures:
        print(f"p95 of every page at {devices:,} devices within {limit} ms: {kept}")
    return kept


def _browser(config: Config, workshop: Workshop) -> FlaskClient:
    with contextlib.redirect_stderr(io.StringIO()):  # the lines of the log go nowhere
        app = settled(join(config, workshop, lambda: NOW))
    browser = app.test_client()
    with workshop.work(command_line(Role.ADMIN), NOW) as work:
        account = work.session.query(Account).filter_by(login="lead").one()
        browser.set_cookie("rebond", open_login(work, account))
    return browser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
