"""The pages that the bench asks for, each time for something else."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask.testing import FlaskClient
from scale_stock import serial_of, tag_of

SETTLED = 2
"""Requests that come first and fill the caches of program and database."""


@dataclass(frozen=True)
class Stock:
    """How many devices there are, what they are, and the dice that choose among them."""

    dice: random.Random
    count: int
    models: tuple[str, ...]

    def number(self) -> int:
        """Return the number of some device."""
        return self.dice.randrange(self.count)

    def tag(self) -> str:
        """Return the tag of some device."""
        return tag_of(self.number())

    def serial(self) -> str:
        """Return the serial number of some device."""
        return serial_of(self.number())

    def mac(self) -> str:
        """Return the address of some network card."""
        number = self.number()
        return f"d4:81:d7:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"

    def lot(self) -> str:
        """Return the code of some lot."""
        return f"lot-{self.number() // 400}"

    def model(self) -> str:
        """Return what a person types of a model: all of it, or its last word."""
        model = self.dice.choice(self.models)
        return self.dice.choice((model, model.split()[-1]))


Page = Callable[[Stock], str]

_STATES = ("received", "examined", "wiped", "graded", "held", "scrapped", "released")
_KINDS = ("laptop", "desktop", "smartphone", "screen")

PAGES: dict[str, Page] = {
    "first page": lambda _: "/",
    "list": lambda _: "/appareils",
    "list, deep inside": lambda it: f"/appareils?after={it.tag()}",
    "filter by state": lambda it: f"/appareils?state={it.dice.choice(_STATES)}",
    "filter by state, kind": lambda it: (
        f"/appareils?state={it.dice.choice(_STATES)}&kind={it.dice.choice(_KINDS)}"
    ),
    "filter by grade": lambda it: f"/appareils?grade={it.dice.choice('ABCD')}",
    "filter by state, grade": lambda it: (
        f"/appareils?state={it.dice.choice(_STATES)}&grade={it.dice.choice('ABCD')}"
    ),
    "filter by word": lambda it: f"/appareils?text={it.model()}",
    "filter by word, state": lambda it: (
        f"/appareils?text={it.model()}&state={it.dice.choice(_STATES)}"
    ),
    "filter by part of serial": lambda it: f"/appareils?text={it.serial()[4:]}",
    "filter by two letters": lambda it: f"/appareils?text={it.dice.choice(('hp', 'x2', 'f9'))}",
    "filter, nothing fits": lambda it: f"/appareils?text=zq{it.dice.randrange(10**6)}x",
    "search by tag": lambda it: f"/chercher?q={it.tag()}",
    "search by serial": lambda it: f"/chercher?q={it.serial()}",
    "search by MAC": lambda it: f"/chercher?q={it.mac()}",
    "search by word": lambda it: f"/chercher?q={it.model()}",
    "search, nothing fits": lambda it: f"/chercher?q=zq{it.dice.randrange(10**6)}x",
    "device page": lambda it: f"/d/{it.tag()}",
    "queue": lambda _: "/file",
    "queue, one state": lambda it: f"/file?state={it.dice.choice(_STATES[:3])}",
    "what the lead settles": lambda _: "/file/a-trancher",
    "pairs in doubt": lambda _: "/doublons",
    "lots": lambda _: "/lots",
    "page of a lot": lambda it: f"/lots/{it.lot()}",
    "reports, deep inside": lambda it: f"/bilans?after={it.lot()}",
    "requests": lambda _: "/demandes",
    "requests, deep inside": lambda it: f"/demandes?after=D-{it.number() // 60}",
    "places": lambda _: "/lieux",
    "page to scan on": lambda _: "/scanner",
}
"""Pages that a person waits for: all of them are held to the limit."""

EXPORTS: dict[str, Page] = {
    "export of a state": lambda it: f"/appareils.csv?state={it.dice.choice(_STATES[:5])}",
    "export of everything": lambda _: "/appareils.csv",
}
"""Files: held to the limit is the time until their first byte."""


def ask(browser: FlaskClient, stock: Stock, requests: int) -> dict[str, list[float]]:
    """Return the milliseconds of each request, page by page."""
    found = {
        name: _times(requests, lambda page=page: _page(browser, page(stock)))
        for name, page in PAGES.items()
    }
    for name, page in EXPORTS.items():
        least = max(5, requests // 6)
        found[f"{name}, first byte"] = _times(least, lambda page=page: _begun(browser, page(stock)))
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/scanner").text)
    if token is None:
        raise SystemExit("the page to scan on has no form")
    found["scan of a tag"] = _times(
        requests, lambda: _scan(browser, token[1], f"http://localhost/d/{stock.tag()}")
    )
    found["scan of a serial"] = _times(requests, lambda: _scan(browser, token[1], stock.serial()))
    return found


def _times(requests: int, act: Callable[[], None]) -> list[float]:
    times = []
    for _ in range(requests + SETTLED):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return times[SETTLED:]


def _page(browser: FlaskClient, where: str) -> None:
    answer = browser.get(where)
    if answer.status_code not in {200, 302, 404}:
        raise SystemExit(f"{where}: {answer.status_code}")


def _begun(browser: FlaskClient, where: str) -> None:
    answer = browser.get(where, buffered=False)
    first = next(iter(answer.response))
    if answer.status_code != 200 or not first:
        raise SystemExit(f"{where}: {answer.status_code}")
    answer.close()


def _scan(browser: FlaskClient, token: str, code: str) -> None:
    told = browser.post(
        "/scanner",
        data={"csrf_token": token, "mode": "find", "code": code},
        headers={"Accept": "application/json"},
    )
    if told.status_code != 200 or told.json is None or told.json["tag"] is None:
        raise SystemExit(f"scan of {code}: {told.status_code} {told.text[:200]}")
