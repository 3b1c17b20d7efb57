"""The live bench with many machines at once: script in the page, and work of the server.

Agents tell a real server how their erasures go, once a second each (more often than it asks them
to); one browser watches. Printed: script per update in the page (ms), processor time of the server per second (cores,
agents and page together), and the same for the page alone.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import psutil

TESTS = Path(__file__).resolve().parents[2] / "tests" / "server"
sys.path[:0] = [str(TESTS), str(TESTS / "domain"), str(TESTS / "web")]

from bench import enrolled  # noqa: E402 - the tests are no package
from browsing import Quiet, browser, enter  # noqa: E402 - likewise
from live import GIB, Talker, drive  # noqa: E402 - likewise
from screens import people  # noqa: E402 - likewise
from werkzeug.serving import make_server  # noqa: E402 - behind the path

from rebond_schemas.codec import decode_as  # noqa: E402
from rebond_schemas.progress import ProgressAnswer  # noqa: E402
from rebond_server.app import create_app  # noqa: E402
from rebond_server.config import Config  # noqa: E402
from rebond_server.operations.set_up import set_up  # noqa: E402
from rebond_server.operations.workshop import open_workshop  # noqa: E402
from rebond_server.web.api import SIGNATURE_HEADER, STICK_HEADER  # noqa: E402

EVERY_SECONDS = 1
SCRIPT_LIMIT_MS = 100
"""Of one update of the page: beyond it a person feels the page stand still."""


def main() -> int:
    """Measure and print; 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        config = Config(
            var=folder / "var",
            database_url=f"sqlite:///{folder}/rebond.sqlite3",
            public_url="http://localhost",
        )
        talkers = _workshop(config, wanted.agents)
        server = make_server("127.0.0.1", 0, create_app(config), True, request_handler=Quiet)
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            server.serve_forever()
        try:
            return _measure(f"http://127.0.0.1:{server.server_port}", child, talkers, wanted)
        finally:
            os.kill(child, 15)
            os.waitpid(child, 0)


def _workshop(config: Config, count: int) -> list[Talker]:
    now = datetime.now(UTC)
    set_up(config, "Atelier d'essai", now)
    workshop = open_workshop(config)
    people(workshop)
    made = [
        Talker(stick=enrolled(workshop, f"clé {n}", now), server_key=workshop.server_key)
        for n in range(count)
    ]
    workshop.close()
    return made


class _Agents:
    """Machines that tell how four erasures each go on, until they are stopped."""

    def __init__(self, base: str, talkers: list[Talker]) -> None:
        self.over = threading.Event()
        self.words = 0
        self.refused = 0
        self._base = base
        self._threads = [
            threading.Thread(target=self._talk, args=(n, one), daemon=True)
            for n, one in enumerate(talkers)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join(10)

    def _talk(self, number: int, talker: Talker) -> None:
        self.over.wait(number % 50 / 50)
        while not self.over.wait(EVERY_SECONDS):
            done = talker.number % 500
            drives = [drive(n, bytes_done=done * GIB, serial=f"S{number}-{n}") for n in range(4)]
            body, stick, signature = talker.word(
                *drives, machine=f"PC {number}", asset_tag=f"RB-{number:06}"
            )
            headers = {STICK_HEADER: str(stick), SIGNATURE_HEADER: signature}
            asked = Request(f"{self._base}/api/v1/progress", body, headers)
            try:
                with urlopen(asked, timeout=30) as answer:
                    decode_as(answer.read(), ProgressAnswer)
                self.words += 1
            except OSError:
                self.refused += 1


def _measure(base: str, child: int, talkers: list[Talker], wanted: argparse.Namespace) -> int:
    server = psutil.Process(child)
    agents = _Agents(base, talkers)
    with browser() as chromium:
        page, _ = enter(chromium, base, "technician")
        page.goto("/banc")
        page.locator(".tile").nth(len(talkers) - 1).wait_for(timeout=60_000)
        probe = page.context.new_cdp_session(page)
        probe.send("Performance.enable")
        page.evaluate(
            "new MutationObserver(() => { window.updates = (window.updates || 0) + 1; })"
            ".observe(document.querySelector('#tiles .tally'), {childList: true, subtree: true})"
        )
        before, spent, began, words = _script(probe), _used(server), time.monotonic(), agents.words
        page.wait_for_timeout(wanted.seconds * 1000)
        lasted = time.monotonic() - began
        updates = page.evaluate("window.updates")
        script = 1000 * (_script(probe) - before) / updates
        cores = (_used(server) - spent) / lasted
        told = (agents.words - words) / lasted
        page.context.close()
    agents.end()
    print(f"agents                      {len(talkers)}, four drives each")
    print(f"words heard a second        {told:.1f} ({agents.refused} refused or lost)")
    print(f"updates of the page         {updates} in {lasted:.0f} s")
    print(f"script an update            {script:.1f} ms (limit {SCRIPT_LIMIT_MS})")
    print(f"server, cores               {cores:.2f} (limit 1)")
    kept = script < SCRIPT_LIMIT_MS and cores < 1 and not agents.refused
    print("kept" if kept else "NOT KEPT")
    return 0 if kept else 1


def _script(probe) -> float:  # noqa: ANN001 - Playwright's session
    """Return the seconds that scripts and layout have taken in the page."""
    found = {one["name"]: one["value"] for one in probe.send("Performance.getMetrics")["metrics"]}
    return found["ScriptDuration"] + found["LayoutDuration"] + found["RecalcStyleDuration"]


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    sys.exit(main())
