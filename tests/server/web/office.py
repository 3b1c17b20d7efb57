"""A workshop driven as people drive it: forms, files and the sticks' own interface, nothing else."""

import html
import io
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import fresh
import msgspec
from bench import PASSWORD, Stick, enrolled
from devices import LAPTOP, SSD
from msgspec.structs import replace
from screens import application, token_of

from rebond_schemas.exchange import Receipt
from rebond_schemas.facts import Bus
from rebond_schemas.signing import STATEMENT_TYPE
from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.operations.create_account import create_account
from rebond_server.operations.work import command_line
from rebond_server.operations.workshop import open_workshop
from rebond_server.sheets.reading import read_sheet

LOGINS = {"tech": Role.TECHNICIAN, "lead": Role.LEAD, "officer": Role.OFFICER}


class Office:
    """The screens of one workshop, the time on its wall, and a stick at the bench."""

    def __init__(self, workshop, now):
        self.workshop, self.now = workshop, now
        self.app = application(workshop, clock=lambda: self.now)
        self.browsers, self.stick = {}, None
        with workshop.work(command_line(Role.ADMIN), now) as work:
            for login, role in LOGINS.items():
                create_account(work, login, login, role, PASSWORD)

    def at(self, *when, hour=9):
        """Let it be another day; people log in again."""
        self.now = datetime(*when, hour, tzinfo=UTC)
        self.browsers.clear()

    def tick(self, minutes=1):
        """Let some time pass."""
        self.now += timedelta(minutes=minutes)

    def browser(self, login):
        """Return the browser in which somebody has logged in, with the form token."""
        if login not in self.browsers:
            browser = self.app.test_client()
            token = token_of(browser.get("/connexion").data)
            sent = {"login": login, "password": PASSWORD, "csrf_token": token}
            assert browser.post("/connexion", data=sent).status_code == 303
            self.browsers[login] = browser, token_of(browser.get("/").data)
        return self.browsers[login]

    def get(self, login, path, status=200):
        """Open a page; return its text."""
        answer = self.browser(login)[0].get(path)
        assert answer.status_code == status, (path, answer.status_code, told(answer.text))
        return html.unescape(answer.text)

    def raw(self, login, path):
        """Bring a file."""
        answer = self.browser(login)[0].get(path)
        assert answer.status_code == 200, (path, told(answer.text))
        return answer.data

    def post(self, login, path, status=303, **fields):
        """Send a form; return the answer. A value of (name, bytes) is a file."""
        browser, token = self.browser(login)
        self.tick(0.01)
        values = {
            key.replace("__", "-"): (io.BytesIO(value[1]), value[0])
            if isinstance(value, tuple)
            else value
            for key, value in fields.items()
        }
        answer = browser.post(path, data={"csrf_token": token} | values)
        assert answer.status_code == status, (path, answer.status_code, told(answer.text))
        return answer

    def refused(self, login, path, status, **fields):
        """Send a form that must be refused; return the sentence."""
        return told(self.post(login, path, status, **fields).text)

    def report(self, login, path):
        """Bring a report as CSV; return its rows as texts by heading."""
        table = read_sheet(self.raw(login, f"{path}.csv"))
        names = table.heading.cells
        return [{name: row.cell(at) for at, name in enumerate(names)} for row in table.rows]

    def bring_in(self, lot, raw, purpose="appareils"):
        """Import a file of devices, or an annex: try it, then import all of it."""
        page = self.post("lead", f"/lots/{lot}/{purpose}", 200, file=("liste.csv", raw)).text
        upload = re.search(rf"/lots/{purpose}/([0-9a-f-]{{36}})", page)
        assert upload is not None, told(page)
        self.post("lead", f"/lots/{purpose}/{upload[1]}", lines="all")

    def process(self, serial, model="ThinkPad T480", maker="LENOVO", *, purge=False):
        """Boot one PC from the stick: inventory, erasure, checks, over HTTP; return its tag."""
        if self.stick is None:
            self.stick = enrolled(self.workshop, now=self.now)
        identity = replace(SSD.identity, serial=f"S3{serial}", bus=Bus.ATA)
        drive = replace(SSD, identity=identity, native_size_bytes=identity.size_bytes)
        board = replace(LAPTOP.board, serial=serial, model=model, maker=maker)
        facts = replace(LAPTOP, board=board, drives=(drive,))
        stick: Stick = self.stick.boot()
        tag = None
        erasure = stick.purge if purge else stick.erasure
        for letter in (stick.inventory(facts), erasure(drive), stick.inspection()):
            answer = self.app.test_client().post(
                "/api/v1/statements",
                data=letter.raw,
                headers={
                    "Content-Type": STATEMENT_TYPE,
                    "Rebond-Stick": str(letter.stick),
                    "Rebond-Signature": letter.signature,
                },
            )
            assert answer.status_code == 201, answer.data
            tag = msgspec.json.decode(answer.data, type=Receipt).device or tag
        return tag

    def bulk(self, login, action, tags, goal):
        """Do one thing with many tags; every one of them must be done."""
        for at in range(0, len(tags), 400):
            part = tags[at : at + 400]
            page = self.post("x" if login is None else login, "/ensemble", 200, action=action,
                             tags=" ".join(part), goal=goal).text  # fmt: skip
            assert page.count("✓") >= len(part), told(page)

    def plan(self):
        """Make a plan and confirm all of it; return the page of the plan before."""
        self.post("officer", "/plan")
        page = self.get("officer", "/plan")
        plan_id = re.search(r"/plan/([0-9a-f-]{36})/valider\"", page)
        if plan_id is not None:
            self.tick()
            self.post("officer", f"/plan/{plan_id[1]}/valider")
        return page

    def tags(self, **wanted):
        """Return the tags of the devices that the list shows, by its own export."""
        query = "&".join(f"{key}={value}" for key, value in wanted.items())
        rows = read_sheet(self.raw("lead", f"/appareils.csv?{query}"))
        at = rows.heading.cells.index("Étiquette")
        return [row.cell(at) for row in rows.rows]

    def request(self, code):
        """Return the path of a request's page, from the list."""
        page = self.get("officer", "/demandes")
        found = re.search(rf'href="(/demandes/[0-9a-f-]{{36}})">{re.escape(code)}<', page)
        assert found is not None, code
        return found[1]

    def hand_over(self, code, most=10_000, **more):
        """Hand over what is allocated to a request; return the path of the handover, None for nothing."""
        path = self.request(code)
        ids = re.findall(r'name="device" value="([0-9a-f-]{36})"', self.get("officer", path))
        if not ids:
            return None
        self.tick()
        return self.post("officer", f"{path}/remettre", device=ids[:most], **more).location


@contextmanager
def opened(folder, *when):
    """Give an office of its own, opened on a day."""
    now = datetime(*when, 8, tzinfo=UTC)
    config = Config(
        var=folder / "var", database_url=f"sqlite:///{folder}/office.sqlite3",
        public_url="http://localhost",
    )  # fmt: skip
    fresh.site(config, now)
    workshop = open_workshop(config)
    yield Office(workshop, now)
    workshop.close()


def told(page):
    """Return what a page says, without its marks."""
    main = page.partition("<main")[2] or page
    text = re.sub(r"<[^>]+>", " ", main)
    return html.unescape(re.sub(r"\s+", " ", text))[:1200]
