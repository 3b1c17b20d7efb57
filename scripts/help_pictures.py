"""Takes the pictures of the help anew, in French and English: run it when a screen of them changes.

They go to server/rebond_server/web/static/help, small enough for a page of 150 kB.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "server"
sys.path[:0] = [str(TESTS), str(TESTS / "domain"), str(TESTS / "web")]

from addresses import furnish  # noqa: E402 - the tests are no package
from bench import enrolled  # noqa: E402 - likewise
from browsing import browser, enter, served  # noqa: E402 - likewise
from live import GIB, Talker, drive  # noqa: E402 - likewise

FOLDER = ROOT / "server" / "rebond_server" / "web" / "static" / "help"
SIZE = {"width": 1000, "height": 560}
COLOURS = 48
PICTURES = {
    "technician-scan": ("technician", "/scanner?mode=find"),
    "technician-bench": ("technician", "/banc"),
    "lead-queue": ("lead", "/file"),
    "officer-plan": ("officer", "/plan"),
    "admin-accounts": ("admin", "/comptes"),
}


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (shop, base):
        furnish(shop)
        _work_at_the_bench(shop.workshop)
        with browser() as chromium:
            for name, (login, address) in PICTURES.items():
                page, _ = enter(chromium, base, login, viewport=SIZE)
                for code in ("fr", "en"):
                    cookie = {"name": "rebond_language", "value": code, "url": base}
                    page.context.add_cookies([cookie])
                    page.goto(address)
                    if name == "technician-scan":
                        for text in (shop.tags["wiped0"], "ZZ-404", shop.tags["failed"]):
                            page.keyboard.type(text + "\n")
                        page.locator("#scans li.waits").first.wait_for(state="detached")
                        page.locator("#scans li").nth(2).wait_for()
                    _keep(page.screenshot(), FOLDER / f"{name}-{code}.png")
                page.context.close()


def _work_at_the_bench(workshop) -> None:  # noqa: ANN001 - the tests' workshop
    """Let three machines work: one well, one with errors, one waiting for somebody."""
    said = (
        ({"machine": "LENOVO ThinkPad X270", "asset_tag": "RB-000101"}, (drive(0),)),
        (
            {"machine": "Dell OptiPlex 7040", "asset_tag": "RB-000102"},
            (drive(0, fault_count=12, bytes_done=77 * GIB),),
        ),
        (
            {
                "machine": "HP EliteBook 840 G3",
                "asset_tag": "RB-000103",
                "needs": "Essai du clavier",
            },
            (),
        ),
    )
    for number, (words, drives) in enumerate(said):
        stick = enrolled(workshop, f"clé {number + 3}")
        Talker(stick=stick, server_key=workshop.server_key).say(workshop, *drives, **words)


def _keep(picture: bytes, path: Path) -> None:
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
