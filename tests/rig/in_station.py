"""Runs inside a guest: does what the host asks through the shared folder, until told to end.

An order is `orders/NAME.json`: `{"run": [WORDS], "seconds": S}`, any program; `{"agent": [WORDS]}`,
the agent's own command line; or `{"late": [SERIALS], "stick": FOLDER}` (in_guest_late.py). The end is told in `answers/NAME.json`; what
the agent says while it works stands in `answers/NAME.out` and `.err`. Each order has a process of
its own, forked from this one, which has the agent's modules in memory already.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from in_guest_late import wipe_late

from rebond_agent import cli

_LOOK_SECONDS = 0.1


def serve(shared: Path) -> None:
    """Take orders in the order of their names; the one named `end` is the last."""
    orders, answers = shared / "orders", shared / "answers"
    (shared / "ready").touch()
    seen: set[str] = set()
    while "end" not in seen:
        for path in sorted(orders.glob("*.json")):
            if path.stem not in seen:
                seen.add(path.stem)
                _begin(path, answers)
        with suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        time.sleep(_LOOK_SECONDS)


def _begin(path: Path, answers: Path) -> None:
    order: dict[str, Any] = json.loads(path.read_bytes())
    if os.fork() == 0:
        try:
            answer = _done(order, answers / path.stem)
        except BaseException as error:  # noqa: BLE001 - told to the host, which waits for an answer
            answer = {"status": -1, "err": repr(error)}
        unfinished = answers / f"{path.stem}.part"
        unfinished.write_text(json.dumps(answer))
        unfinished.rename(answers / f"{path.stem}.json")
        os._exit(0)


def _done(order: dict[str, Any], place: Path) -> dict[str, Any]:
    if "run" in order:
        return _ran(order)
    if "late" in order:
        return wipe_late(order["late"], Path(order["stick"]), place)
    return _by_agent(order["agent"], place)


def _ran(order: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        order["run"], check=False, capture_output=True, text=True, timeout=order["seconds"]
    )
    return {"status": done.returncode, "out": done.stdout, "err": done.stderr}


def _by_agent(words: list[str], place: Path) -> dict[str, Any]:
    out, err = place.with_suffix(".out"), place.with_suffix(".err")
    with out.open("w", buffering=1) as said, err.open("w", buffering=1) as told:
        status = cli.run(words, os.environ, said, told)
    return {"status": status, "out": out.read_text(), "err": err.read_text()}


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
