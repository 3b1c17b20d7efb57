"""Hostile texts through every form into every page, table, paper and console.

Nothing here is listed by hand: forms are read off the pages, addresses off the map of addresses, so that
what is added tomorrow is tried tomorrow. Counts: scripts run, formulas, control bytes, server errors: 0.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bench import PASSWORD
from browsing import browser, enter, served
from openpyxl import load_workbook
from screens import PEOPLE, device_id, laptop, logged_in, transaction
from sqlalchemy import select
from workbooks import ODS_FOOT, ODS_HEAD, xlsx, zipped

from rebond_server.domain.role import Role
from rebond_server.store.device import Device
from rebond_server.store.tables import METADATA
from rebond_server.web.permissions import TABLE, Door

pytestmark = pytest.mark.browser

PWN = "window.pwned=1"
TEXTS = (
    f"=cmd|' /C calc'!A0<script>{PWN}</script>",
    f"@SUM(1+1)\"'><img src=x onerror={PWN}><svg onload={PWN}>",
    "\x1b[2J\x1b]0;titre\x07\u202egnp.exe\u2066\x00\x9bdanger",
    '+33 \t-1;"=1+1"\r\nSet-Cookie: pwned=1\r\n\r\n{{7*7}}${7*7}%s%n',
    "../../../../etc/passwd\x00.csv",
    "-2+3 javascript:" + PWN + " " + "é" * 300,
)
LEFT_ALONE = frozenset({"login.leave", "user.close", "user.give_role", "user.give_password"})
"""Forms that would end the walk, or lock its walkers out."""
FORMS = ("csv", "ods", "pdf")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FORMULA = re.compile(r"^[=+@\t\r-](?!\d+([.,]\d+)?$)")


class Forms(HTMLParser):
    """The forms of a page: where they go, and what they ask."""

    def __init__(self):
        super().__init__()
        self.found, self.links, self._form, self._select = [], set(), None, None

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "a" and (told.get("href") or "").startswith("/"):
            self.links.add(told["href"])
        if tag == "form":
            self._form = {"action": told.get("action", ""), "post": told.get("method") == "post"}
            self._form |= {"fields": {}, "texts": set(), "files": set()}
            self.found.append(self._form)
        if self._form is None:
            return
        name = told.get("name")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and self._select not in self._form["fields"]:
            self._form["fields"][self._select] = told.get("value") or ""
        elif tag in {"input", "textarea"} and name:
            kind = told.get("type", "text")
            if kind == "file":
                self._form["files"].add(name)
            elif kind in {"text", "search", "password", "email"} or tag == "textarea":
                self._form["texts"].add(name)
            else:
                self._form["fields"].setdefault(name, told.get("value") or "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Give a served workshop in which every form was filled in with every text, and what went wrong."""
    with served(tmp_path_factory.mktemp("hostile")) as (shop, base):
        walk = Walk(shop)
        walk.certify(shop.tags["wiped0"])
        walk.submit_all()
        yield shop, base, walk


class Walk:
    """People who open every page and fill in every form."""

    def __init__(self, shop):
        self.shop = shop
        self.browsers = {role: logged_in(shop.app, role) for role in PEOPLE}
        self.tried, self.errors = 0, []

    def addresses(self):
        """Yield every address that is read, with ids of what stands in the workshop."""
        values = self._values()
        for rule in self.shop.app.url_map.iter_rules():
            if "GET" not in rule.methods or TABLE[rule.endpoint] is Door.STICK:
                continue
            if rule.endpoint.endswith("static"):
                continue
            told = {name: values(name, rule) for name in rule.arguments}
            for more in ({"form": form} for form in FORMS) if "form" in told else ({},):
                with self.shop.app.test_request_context():
                    path = rule.build(told | more)[1]
                yield rule, path
        yield rule, f"/etiquettes.pdf?tags={self.shop.tags['lying']}"

    def _values(self):
        with transaction(self.shop.workshop) as work:
            ids = {
                name: work.session.execute(select(table.c.id).limit(1)).scalar()
                for name, table in METADATA.tables.items()
                if "id" in table.columns
            }
            codes = {}
            for endpoint in ("lot", "lot_paper", "intake", "report"):
                codes[endpoint] = self._last(work, "lot")
            for endpoint in ("programme", "account", "passes"):
                codes[endpoint] = self._last(work, "programme")
            numbers = {
                endpoint: work.session.execute(select(METADATA.tables[table].c.number)).scalar()
                for endpoint, table in (("proof", "certificate"), ("lot_paper", "lot_paper"))
            }
        tag = self.shop.tags["lying"]

        def value(name, rule):
            if name == "code":
                return codes.get(rule.endpoint.split(".")[0]) or "RB-0"
            found = ids.get(name.removesuffix("_id"))
            if "uuid" in type(rule._converters[name]).__name__.lower():
                return found or "00000000-0000-7000-8000-000000000000"
            number = numbers.get(rule.endpoint.split(".")[0])
            return {"tag": tag, "number": number, "role": "lead"}.get(name) or "RB-0"

        return value

    @staticmethod
    def _last(work, table):
        code = METADATA.tables[table].c.code
        return work.session.execute(select(code).order_by(code.desc()).limit(1)).scalar()

    def pages(self, *, everyone=False):
        """Yield role, address and answer of every page that opens, for the first who may or for all."""
        for rule, path in self.addresses():
            for role, (client, _) in self.browsers.items():
                answer = client.get(path)
                self.tried += 1
                if answer.status_code >= 500:
                    self.errors.append((rule.endpoint, path, answer.status_code))
                if answer.status_code == 200:
                    yield role, path, answer
                    if not everyone:
                        break

    def forms(self):
        known = {}
        for role, _, answer in self.pages(everyone=True):
            if "html" not in answer.content_type:
                continue
            page = Forms()
            page.feed(answer.text)
            for form in page.found:
                key = (self._endpoint(form), frozenset(form["texts"]), frozenset(form["fields"]))
                if form["post"] and key[0] not in LEFT_ALONE | {None}:
                    known.setdefault(key, (role, form))
        return known.values()

    def _endpoint(self, form):
        adapter = self.shop.app.url_map.bind("localhost")
        try:
            return adapter.match(form["action"].split("?")[0], method="POST")[0]
        except Exception:  # noqa: BLE001 - a form that goes nowhere is none of ours
            return None

    def certify(self, tag):
        """Let there be a certificate to look at."""
        client, token = self.browsers[Role.LEAD]
        data = {"csrf_token": token}
        answer = client.post(f"/d/{device_id(self.shop.workshop, tag)}/certificat", data=data)
        assert answer.status_code == 303

    def submit_all(self):
        forms = list(self.forms())
        assert len({self._endpoint(form) for _, form in forms}) > 30
        for text in TEXTS:
            for role, form in forms:
                self._submit(role, form, text)

    def _submit(self, role, form, text):
        client, token = self.browsers[role]
        data = form["fields"] | dict.fromkeys(form["texts"], text) | {"csrf_token": token}
        data |= {name: (io.BytesIO(sheet(text)), text) for name in form["files"]}
        answer = client.post(form["action"], data=data, content_type="multipart/form-data")
        self.tried += 1
        if answer.status_code >= 500 or "pwned" in str(answer.headers.getlist("Set-Cookie")):
            self.errors.append((form["action"], text[:20], answer.status_code))


def sheet(text):
    """Return a file whose every cell is hostile."""
    quoted = text.replace('"', '""').replace("\x00", "")
    rows = [f'"{quoted}";"{quoted}";portable', f"portable;X1;{quoted!r}"]
    return ("Genre;Série;Modèle\n" + "\n".join(rows) + "\n").encode("utf-8", "replace")


def test_no_form_breaks_the_server(hostile):
    _, _, walk = hostile
    assert walk.errors == []
    assert walk.tried > 400


def test_no_table_holds_a_formula_no_answer_a_control_character(hostile):
    _, _, walk = hostile
    kinds, found = set(), []
    for _, path, answer in walk.pages():
        kind = answer.content_type.split(";")[0]
        kinds.add(kind)
        found += [f"{path}: {fault}" for fault in faults(kind, answer.data)]
    assert walk.errors == []
    assert found == []
    assert kinds >= {"text/html", "text/csv", "application/pdf"}


def faults(kind, raw):
    """Return what is wrong with one answer."""
    if kind == "application/pdf":
        told = subprocess.run(["pdftotext", "-", "-"], input=raw, capture_output=True, check=True)
        yield from (
            f"{word!r} in PDF" for word in (b"/JavaScript", b"/JS ", b"/Launch") if word in raw
        )
        yield from controls(told.stdout.decode("utf-8", "replace").replace("\f", ""))
    elif kind == "text/csv":
        text = raw.decode("utf-8-sig")
        yield from controls(text)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
        yield from (f"formula {c!r}" for row in rows for c in row if FORMULA.search(c))
    elif "spreadsheet" in kind or "officedocument" in kind:
        yield from workbook_faults(raw)
    elif kind.startswith("text/") or "json" in kind:
        text = raw.decode("utf-8")
        yield from controls(text)
        if "json" in kind:
            json.loads(text)


def workbook_faults(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        text = "".join(
            archive.read(one).decode("utf-8", "replace") for one in names if "xml" in one
        )
    yield from controls(text)
    if "content.xml" in names:
        yield from ["formula in ODS"] if "table:formula" in text else []
        return
    book = load_workbook(io.BytesIO(raw))
    cells = (cell for page in book for row in page.iter_rows() for cell in row)
    yield from (f"formula {cell.coordinate}" for cell in cells if cell.data_type == "f")


def controls(text):
    found = CONTROL.search(text)
    if found:
        yield f"control {found[0]!r} in …{text[max(0, found.start() - 40) : found.end() + 20]!r}"


def test_no_script_runs_in_any_page(hostile):
    _, base, walk = hostile
    paths = {}
    for role, path, answer in walk.pages():
        kept = "attachment" in answer.headers.get("Content-Disposition", "")
        if "html" in answer.content_type and not kept:
            paths.setdefault(role, []).append(path)
    found, dialogs = [], []
    with browser() as chromium:
        for role, its in paths.items():
            page, complaints = enter(chromium, base, role.value)
            page.on("dialog", lambda dialog: dialogs.append(dialog.message))
            for path in its:
                page.goto(path, wait_until="load")
                if page.evaluate("window.pwned") is not None:
                    found.append(path)
                found += [f"{path}: {one}" for one in complaints if "Content Security" in one]
                complaints.clear()
    assert found == dialogs == []
    assert sum(len(its) for its in paths.values()) > 30


def test_the_console_shows_nothing_that_moves_a_cursor(hostile):
    shop, _, _ = hostile
    settings = {
        "REBOND_VAR": str(shop.workshop.evidence.folder.parent),
        "REBOND_DATABASE_URL": shop.workshop.engine.url.render_as_string(hide_password=False),
    }
    program = Path(sys.executable).with_name("rebond")
    for words in (["table"], ["--language", "en", "table"], ["verify"]):
        told = subprocess.run(
            [program, *words],
            env=os.environ | settings,
            capture_output=True,
            timeout=120,
            check=False,
        )
        text = (told.stdout + told.stderr).decode()
        assert text or words == ["verify"]
        assert not CONTROL.search(text.replace("\n", "")), words


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" if n > 1 else "&a;"}&a;">' for n in range(1, 9))
    + "]>"
)


def bombs():
    yield "entities.ods", zipped(content_dot_xml=BOMB + ODS_HEAD[38:] + ODS_FOOT)
    yield (
        "entities.xlsx",
        zipped(
            xl__workbook_dot_xml=BOMB + "<workbook>&a8;</workbook>",
            _Content_Types__dot_xml="<Types/>",
        ),
    )
    row = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16384"'
    row += ' office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    yield "wide.ods", zipped(content_dot_xml=ODS_HEAD + row + ODS_FOOT)
    yield "zeros.xlsx", zipped(xl__worksheets__sheet1_dot_xml="0" * 100_000_000)
    yield "../../../tmp/path.csv", "Genre;Série\nportable;=1+1\n".encode()
    yield "not.xlsx", b"PK\x03\x04" + b"\xff" * 4000
    yield "real.xlsx", xlsx([["Genre", "Série"], ["portable", '=HYPERLINK("http://x")']])


def test_no_workbook_blows_up(hostile):
    shop, _, walk = hostile
    client, token = walk.browsers[Role.LEAD]
    for purpose in ("annexe", "appareils"):
        for name, raw in bombs():
            answer = client.post(
                f"/lots/COLLECTE-2026/{purpose}",
                data={"csrf_token": token, "file": (io.BytesIO(raw), name)},
                content_type="multipart/form-data",
            )
            assert answer.status_code in {200, 400, 409, 413, 422}, (name, answer.status_code)
            assert not CONTROL.search(answer.text)
    with transaction(shop.workshop) as work:
        assert work.session.query(Device).count() < 200


def test_ten_megabytes_are_refused_at_every_address(hostile):
    shop, _, walk = hostile
    client, token = walk.browsers[Role.LEAD]
    large = "x" * 10_000_000
    for rule in shop.app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint not in LEFT_ALONE and not rule.arguments:
            answer = client.post(rule.rule, data={"csrf_token": token, "text": large})
            assert answer.status_code in {400, 401, 403, 413, 415, 422}, (
                rule.rule,
                answer.status_code,
            )
    for path in ("/appareils?text=", "/chercher?q=", "/d/", "/lots/"):
        answer = client.get(path + "a" * 60_000)
        assert answer.status_code in {200, 302, 404, 414}, path


def test_a_machine_that_lies_shows_its_lies_as_text(hostile):
    """What a donated machine says of itself goes to every page as it is: as letters."""
    shop, _, walk = hostile
    assert laptop("X", model=TEXTS[0]).board.model == TEXTS[0]
    client, _ = walk.browsers[Role.TECHNICIAN]
    page = client.get(f"/d/{shop.tags['lying']}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert PASSWORD not in page
