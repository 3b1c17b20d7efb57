"""The main tasks in a real browser, with and without JavaScript, at a desk and on a phone."""

import pytest
from browsing import browser, enter, served
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WIDTHS = (1280, 360)
LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3 (AA)."""

# Contrast of every piece of text with the ground it stands on, by WCAG's own formula. Grounds that
# are part transparent are laid over what is under them.
CONTRASTS = """
() => {
  const parse = (text) => {
    const found = text.match(/[\\d.]+/g).map(Number);
    return found.length < 4 ? [...found, 1] : found;
  };
  const over = (top, under) =>
    [0, 1, 2].map((n) => top[n] * top[3] + under[n] * (1 - top[3])).concat(1);
  const ground = (element) => {
    if (!element) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(
      (node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.matches(".visually-hidden, script")) continue;
    const under = ground(element);
    const text = over(parse(getComputedStyle(element).color), under);
    const [high, low] = [light(text), light(under)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < LEAST) weak.push(`${element.tagName} "${element.textContent.trim()}" ${ratio}`);
  }
  return weak;
}
""".replace("LEAST", str(LEAST_CONTRAST))

UNLABELLED = """
() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
  .filter((field) => !(field.labels && field.labels.length) && !field.getAttribute("aria-label"))
  .map((field) => field.outerHTML)
"""
UNNAMED = """
() => [...document.querySelectorAll("a, button, summary")]
  .filter((one) => !one.textContent.trim()).map((one) => one.outerHTML)
"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with served(tmp_path_factory.mktemp("shop")) as found:
        yield found


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_main_job_from_search_to_the_signed_sheet(chromium, tmp_path, script):
    with served(tmp_path) as (found, base):
        page, complaints = enter(chromium, base, "lead", java_script_enabled=script)
        tag = found.tags["wiped3"]
        page.get_by_role("searchbox").fill(tag)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(tag)
        page.get_by_role("button", name="Valider la catégorie A").click()
        expect(page.get_by_role("status")).to_contain_text("La catégorie est validée")
        page.context.close()
        assert not complaints

        page, complaints = enter(chromium, base, "officer", java_script_enabled=script)
        page.get_by_role("link", name="Plan", exact=True).click()
        page.get_by_role("button", name="Calculer le plan").click()
        expect(page.get_by_text("traitement algorithmique")).to_be_visible()
        line = page.get_by_role("listitem").filter(has_text=found.tags["wiped0"])
        line.get_by_role("button").click()
        expect(line).to_contain_text("attribué")
        page.get_by_role("button", name="Valider les 3 lignes").click()
        expect(page.get_by_role("status")).to_contain_text("3 appareils attribués")
        page.get_by_role("link", name="Demandes").click()
        page.get_by_role("link", name="COLL-1").click()
        page.get_by_role("button", name="Remettre les appareils cochés").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Remise R-2026-00001")
        sheet = page.get_by_role("link", name="Fiche à signer").get_attribute("href")
        answer = page.request.get(sheet)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF")
        page.context.close()
        assert not complaints


def test_slash_and_enter_are_enough(chromium, shop):
    found, base = shop
    page, _ = enter(chromium, base, "technician")
    page.goto("/appareils")
    page.keyboard.press("/")
    page.keyboard.type(found.tags["failed"], delay=5)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(found.tags["failed"])
    page.goto("/")
    # a scanner types as soon as the first page is there
    page.keyboard.type(f"{base}/d/{found.tags['examined']}\n", delay=2)
    expect(page.get_by_role("heading", level=1)).to_contain_text(found.tags["examined"])
    page.context.close()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(chromium, shop):
    page, _ = enter(chromium, shop[1], "lead")
    page.goto("/file")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    page.context.close()


def pages_of(found):
    device = f"/d/{found.tags['failed']}"
    return {
        "technician": ("/", "/appareils", "/chercher?q=LENOVO", "/chercher?q=zzz", device),
        "lead": ("/file", f"/d/{found.tags['wiped3']}", "/cles", f"/d/{found.tags['lying']}"),
        "officer": (
            "/plan",
            "/comment-c-est-decide",
            "/demandes",
            "/bilans",
            f"/d/{found.tags['wiped0']}",
        ),
        "admin": ("/comptes", "/plan"),
    }


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("role", ["technician", "lead", "officer", "admin"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_fits_is_labelled_and_legible(chromium, shop, role, width, language):
    found, base = shop
    page, _ = enter(chromium, base, role, viewport={"width": width, "height": 800})
    page.context.add_cookies([{"name": "rebond_language", "value": language, "url": base}])
    for path in pages_of(found)[role]:
        page.goto(path)
        assert page.evaluate("document.documentElement.lang") == language
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(UNLABELLED) == [], path
        assert page.evaluate(UNNAMED) == [], path
        assert page.evaluate(CONTRASTS) == [], path
        assert page.locator("h1").count() == 1, path
    page.context.close()


def test_grades_are_computed_again_to_the_end_or_until_it_is_stopped(chromium, shop):
    page, _ = enter(chromium, shop[1], "lead")
    page.goto("/regles")
    start = page.get_by_role("button", name="Recalculer les catégories")
    start.click()
    told = page.locator("#regrade-told")
    expect(told).to_contain_text("Fini :")
    # a stock that never ends: only the button ends it
    part = {"graded": 2000, "changed": 7, "whole": 100_000, "next": "0" * 32}
    page.route("**/regles/reclasser", lambda route: route.fulfill(json=part))
    start.click()
    expect(told).to_contain_text("sur 100")
    page.get_by_role("button", name="Arrêter").click()
    expect(told).to_contain_text("Arrêté :")
    assert float(page.locator("#regrade-bar").evaluate("bar => bar.value")) >= part["graded"]
    page.unroute("**/regles/reclasser")
    page.route("**/regles/reclasser", lambda route: route.abort())
    start.click()
    expect(told).to_contain_text("Interrompu")
    page.context.close()
