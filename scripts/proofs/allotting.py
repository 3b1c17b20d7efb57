"""Many officers at once: no device twice, no voucher twice, nothing over a cap, nobody stuck.

Each round opens a first-come programme and a planned one on the same stock; officers confirm lines of
the plan, undo them, complete files and withdraw devices by voucher, all at the same time; then every
table is counted. SQLite, and a throw-away PostgreSQL where there is one.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from officers.race import NOW, Proof, Tally

from rebond_server.config import Config
from rebond_server.operations.set_up import set_up
from rebond_server.operations.workshop import open_workshop


@contextmanager
def postgres() -> Iterator[str | None]:
    """Give the URL of a throw-away PostgreSQL; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not found:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="rebond-prove-"))
    before = []
    if Path("/proc/self").stat().st_uid == 0:
        shutil.chown(folder, "postgres")
        before = ["runuser", "-u", "postgres", "--"]
    options = f"-k {folder} -h '' -c fsync=off -c synchronous_commit=off -c max_connections=60"
    programs, data = found[0], str(folder / "data")
    start = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"]
    try:
        for command in ([programs / "initdb", "-D", data, "-U", "rebond", "-A", "trust"], start):
            subprocess.run([*before, *map(str, command)], check=True, capture_output=True)
        yield f"postgresql+psycopg://rebond@/postgres?host={folder}"
    finally:
        stop = [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
        subprocess.run([*before, *map(str, stop)], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def prove(url: str, folder: Path, officers: int, attempts: int, per_round: int, seed: int) -> Tally:
    """Run the proof on one database."""
    config = Config(var=folder / "var", database_url=url, public_url="http://localhost")
    set_up(config, "Atelier", NOW)
    workshop = open_workshop(config)
    try:
        return Proof(workshop, officers, seed).run(attempts, per_round)
    finally:
        workshop.close()


def main(argv: list[str]) -> int:
    """Prove both databases; return 1 when anything is wrong."""
    options = argparse.ArgumentParser(prog="prove allotting", description=__doc__)
    options.add_argument("--attempts", type=int, default=20_000, help="in all, on each database")
    options.add_argument("--officers", type=int, default=16)
    options.add_argument("--per-round", type=int, default=800)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", choices=("sqlite", "postgresql"))
    chosen = options.parse_args(argv)
    wrong = 0
    with postgres() as url, tempfile.TemporaryDirectory(prefix="rebond-prove-") as folder:
        places = {"sqlite": f"sqlite:///{folder}/proof.sqlite3", "postgresql": url}
        for name, place in places.items():
            if place is None or chosen.only not in {None, name}:
                print(f"{name}: NOT TRIED")
                continue
            started = time.monotonic()
            tally = prove(
                place, Path(folder) / name, chosen.officers, chosen.attempts, chosen.per_round,
                chosen.seed,
            )  # fmt: skip
            wrong += len(tally.faults)
            told = ", ".join(f"{k} {tally.done[k]}/{n}" for k, n in sorted(tally.tried.items()))
            print(
                f"{name}: {sum(tally.tried.values())} attempts by {chosen.officers} officers in "
                f"{time.monotonic() - started:.0f} s (done/tried: {told}); slowest "
                f"{tally.slowest:.2f} s; {len(tally.faults)} faults; seed {chosen.seed}"
            )
            for fault in tally.faults[:20]:
                print(f"  {fault}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
