"""Every page before axe-core (WCAG 2.2 A and AA), in each language, by day and by night."""

import json

import pytest
from addresses import NO_PAGES, PAGES, asked, furnish, reader_of
from axe_playwright_python.base import AXE_SCRIPT
from browsing import browser, enter, served

pytestmark = pytest.mark.browser

WHOLE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with served(tmp_path_factory.mktemp("shop")) as (found, base):
        yield found, base, furnish(found)


def test_no_page_goes_unseen(shop):
    assert asked(shop[0].app) == set(PAGES) | set(NO_PAGES)


def violations(page, options):
    found = page.evaluate(f"axe.run(document, {json.dumps(options)})")["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} ({node['failureSummary']})"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_axe_finds_nothing(chromium, shop, endpoint):
    _, base, addresses = shop
    reader = reader_of(endpoint)
    if reader is None:
        page = chromium.new_page(base_url=base, bypass_csp=True)
    else:
        page, _ = enter(chromium, base, reader.value, bypass_csp=True)
    for language in ("fr", "en"):
        page.context.add_cookies([{"name": "rebond_language", "value": language, "url": base}])
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        assert page.goto(addresses[endpoint]).status in {200, 404}
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate(AXE_SCRIPT)
        assert violations(page, WHOLE) == [], language
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert violations(page, COLOURS) == [], f"{language}, dark"
    page.context.close()
