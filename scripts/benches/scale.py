"""How list, filter, search and device page bear a large stock, on SQLite and on PostgreSQL.

Fills throw-away databases with devices as they stand after inventory, erasure and grading (their
statements, drives, judgements, grades, history, keys), asks each page through the whole application,
and prints p50, p95 and the cost from 10⁴ devices to the largest. The pages ask for other values each time.

    ./scripts/bench scale                     10⁴, 10⁵, 10⁶ on PostgreSQL; 10⁴, 10⁵ on SQLite
    ./scripts/bench scale --sizes 10000 --requests 40 --only sqlite
"""

import argparse
import contextlib
import io
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from rebond_server.app import join
from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.operations.create_account import create_account
from rebond_server.operations.log_in import open_login
from rebond_server.operations.set_up import set_up
from rebond_server.operations.work import command_line
from rebond_server.operations.workshop import Workshop, open_workshop
from rebond_server.store.people import Account

sys.path.insert(0, str(Path(__file__).parent))
from scale_stock import MODELS, serial_of, tag_of, write_stock

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PACKAGED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
ASKED_MS = {"postgresql": (1_000_000, 300), "sqlite": (100_000, 500)}
"""What the pages are asked to keep: devices, and milliseconds of p95."""


@dataclass(frozen=True)
class Stock:
    """How many devices there are, and the dice that choose among them."""

    dice: random.Random
    count: int

    def number(self) -> int:
        """Return the number of some device."""
        return self.dice.randrange(self.count)


Page = Callable[[Stock], str]

PAGES: dict[str, Page] = {
    "list": lambda _: "/appareils",
    "list, deep inside": lambda it: f"/appareils?after={_tag(it)}",
    "filter by state": lambda it: f"/appareils?state={it.dice.choice(_STATES)}",
    "filter by state, kind": lambda it: (
        f"/appareils?state={it.dice.choice(_STATES)}&kind={it.dice.choice(_KINDS)}"
    ),
    "filter by grade": lambda it: f"/appareils?grade={it.dice.choice('ABCD')}",
    "filter by word": lambda it: f"/appareils?text={it.dice.choice(MODELS)[1]}",
    "filter by part of serial": lambda it: f"/appareils?text={_serial(it)[2:]}",
    "filter, nothing fits": lambda it: f"/appareils?text=zq{it.dice.randrange(10**6)}x",
    "search by tag": lambda it: f"/chercher?q={_tag(it)}",
    "search by serial": lambda it: f"/chercher?q={_serial(it)}",
    "search by MAC": lambda it: f"/chercher?q={_mac(it)}",
    "search by word": lambda it: f"/chercher?q={it.dice.choice(MODELS)[1]}",
    "search, nothing fits": lambda it: f"/chercher?q=zq{it.dice.randrange(10**6)}x",
    "device page": lambda it: f"/d/{_tag(it)}",
    "queue": lambda _: "/file",
    "first page": lambda _: "/",
}
_STATES = ("received", "examined", "wiped", "graded", "held", "scrapped")
_KINDS = ("laptop", "desktop", "smartphone", "screen")


def main(argv: list[str]) -> int:
    """Fill and ask; return 1 when a page is slower than it is asked to be."""
    asked = argparse.ArgumentParser(prog="bench scale", description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    asked.add_argument("--sqlite-most", type=int, default=100_000)
    asked.add_argument("--requests", type=int, default=60, help="requests of each page")
    asked.add_argument("--only", choices=("sqlite", "postgresql"))
    asked.add_argument("--folder", type=Path, help="where the databases lie; default: in memory")
    asked.add_argument("--seed", type=int, default=20261126)
    chosen = asked.parse_args(argv)
    room = chosen.folder or (MEMORY if os.access(MEMORY, os.W_OK) else None)
    kept = True
    for name, opened in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        if chosen.only not in {None, name}:
            continue
        most = chosen.sqlite_most if name == "sqlite" else max(chosen.sizes)
        sizes = [size for size in sorted(chosen.sizes) if size <= most]
        with tempfile.TemporaryDirectory(prefix="rebond-scale-", dir=room) as folder:
            kept = _measure(name, opened, Path(folder), sizes, chosen) and kept
    return 0 if kept else 1


def _measure(
    name: str,
    opened: Callable[[Path], contextlib.AbstractContextManager[str]],
    folder: Path,
    sizes: list[int],
    chosen: argparse.Namespace,
) -> bool:
    figures: dict[int, dict[str, list[float]]] = {}
    with opened(folder) as url:
        config = Config(var=folder / "var", database_url=url, public_url="http://localhost")
        set_up(config, "Atelier", NOW)
        workshop = open_workshop(config)
        browser = _browser(config, workshop)
        for before, size in zip([0, *sizes], sizes, strict=False):
            began = time.perf_counter()
            write_stock(workshop.engine, workshop.site_id, before, size, NOW)
            _analyse(workshop.engine)
            told = f"{size - before} devices in {time.perf_counter() - began:.0f} s"
            print(f"{name}: {told}, {_bytes(workshop.engine, folder) / 2**20:.0f} MiB", flush=True)
            figures[size] = _ask(browser, size, chosen.requests, random.Random(chosen.seed))  # noqa: S311 - a bench
        workshop.close()
    return _print(name, figures)


def _ask(
    browser: FlaskClient, size: int, requests: int, dice: random.Random
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    stock = Stock(dice, size)
    for page, address in PAGES.items():
        times = []
        for number in range(requests + 2):
            where = address(stock)
            began = time.perf_counter()
            answer = browser.get(where)
            took = (time.perf_counter() - began) * 1000
            if answer.status_code not in {200, 302, 404}:
                raise SystemExit(f"{where}: {answer.status_code}")
            if number > 1:  # the first two fill the caches of program and database
                times.append(took)
        found[page] = times
    return found


def _print(name: str, figures: dict[int, dict[str, list[float]]]) -> bool:
    sizes = sorted(figures)
    print(f"\n{name}: p50 / p95 in ms")
    print(f"{'':28}" + "".join(f"{size:>16,}" for size in sizes) + f"{'cost':>8}")
    devices, limit = ASKED_MS[name]
    kept = True
    for page in PAGES:
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
    with workshop.work(command_line(Role.ADMIN), NOW) as work:
        create_account(work, "lead", "lead", Role.LEAD, "une phrase assez longue")
    with contextlib.redirect_stderr(io.StringIO()):  # the lines of the log go nowhere
        app = join(config, workshop, lambda: NOW)
    browser = app.test_client()
    with workshop.work(command_line(Role.ADMIN), NOW) as work:
        account = work.session.query(Account).filter_by(login="lead").one()
        browser.set_cookie("rebond", open_login(work, account))
    return browser


def _analyse(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))


def _bytes(engine: Engine, folder: Path) -> int:
    if engine.dialect.name == "sqlite":
        return (folder / "rebond.sqlite3").stat().st_size
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder}/rebond.sqlite3"


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """Give an empty database on a server of its own, with the settings of a small machine."""
    if not PACKAGED:
        raise SystemExit("PostgreSQL is missing: apt-get install postgresql")
    folder.chmod(0o755)
    place = folder / "pg"
    place.mkdir()
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    data, options = place / "data", f"-k {place} -h '' -c shared_buffers=512MB -c fsync=off"
    options += " -c max_wal_size=8GB -c work_mem=16MB -c maintenance_work_mem=512MB -c random_page_cost=1.1"
    _as_postgres("initdb", "-D", str(data), "-U", "rebond", "-A", "trust", "-E", "UTF8")
    control = ("pg_ctl", "-D", str(data), "-w")
    _as_postgres(*control, "-l", str(place / "log"), "-o", options, "start")
    try:
        url = f"postgresql+psycopg://rebond@/{{}}?host={place}"
        engine = create_engine(url.format("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE stock"))
        engine.dispose()
        yield url.format("stock")
    finally:
        _as_postgres(*control, "-m", "immediate", "stop")


def _as_postgres(program: str, *words: str) -> None:
    before = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    command = [*before, str(PACKAGED[0] / program), *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)


def _tag(it: Stock) -> str:
    return tag_of(it.number())


def _serial(it: Stock) -> str:
    return serial_of(it.number())


def _mac(it: Stock) -> str:
    number = it.number()
    return f"d4:81:d7:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


if __name__ == "__main__":
    print(f"seed and day: {NOW:%Y-%m-%d}, pages spread over {timedelta(days=900).days} days")
    sys.exit(main(sys.argv[1:]))
