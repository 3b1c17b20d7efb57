"""Takes a picture of every page of a furnished workshop: three widths, by day and by night."""

import argparse
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests" / "server"
sys.path[:0] = [str(TESTS), str(TESTS / "domain"), str(TESTS / "web")]

from addresses import PAGES, furnish, reader_of  # noqa: E402 - the tests are no package
from browsing import browser, enter, served  # noqa: E402 - likewise

WIDTHS = (360, 768, 1280)
HEIGHT = 800
THEMES = ("light", "dark")


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    parser.add_argument("--width", type=int, action="append")
    parser.add_argument("--theme", choices=THEMES, action="append")
    parser.add_argument("--only", action="append", metavar="ENDPOINT", choices=sorted(PAGES))
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (shop, base):
        addresses = furnish(shop)
        with browser() as chromium:
            for endpoint in wanted.only or sorted(PAGES):
                _take(chromium, base, endpoint, addresses[endpoint], wanted)


def _take(chromium, base: str, endpoint: str, address: str, wanted: argparse.Namespace) -> None:  # noqa: ANN001 - Playwright's browser
    """Take every picture of one page."""
    reader = reader_of(endpoint)
    if reader is None:
        page = chromium.new_page(base_url=base)
    else:
        page, _ = enter(chromium, base, reader.value)
    context = page.context
    context.add_cookies([{"name": "rebond_language", "value": wanted.language, "url": base}])
    for theme in wanted.theme or THEMES:
        page.emulate_media(color_scheme=theme)
        for width in wanted.width or WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.goto(address)
            name = f"{endpoint}-{wanted.language}-{width}-{theme}.png"
            page.screenshot(path=wanted.folder / name, full_page=True)
            print(wanted.folder / name)
    context.close()


if __name__ == "__main__":
    main()
