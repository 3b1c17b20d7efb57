"""A small workshop behind the screens: people, devices in several states, two requests, one plan."""

import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

import fresh
from bench import PASSWORD, account, device_of, enrolled, receipt, send
from devices import LAPTOP, SSD
from erasures import HDD
from flask import Flask
from flask.testing import FlaskClient
from moments import NOON
from msgspec.structs import replace

from rebond_schemas.erasure import Ending
from rebond_schemas.facts import Bus, ChassisKind, DriveIdentity, Facts
from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.operations.grade_device import confirm_grade
from rebond_server.operations.work import command_line
from rebond_server.operations.workshop import Workshop, open_workshop
from rebond_server.store.base import plain
from rebond_server.store.demand import Agreement, Lot, Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7

PEOPLE = (Role.TECHNICIAN, Role.LEAD, Role.OFFICER, Role.ADMIN)
HTTP = "http://localhost"
LIE = "<script>alert(1)</script> Latitude & Co"
"""What a donated machine may tell as its model."""


@dataclass(frozen=True)
class Shop:
    """An open workshop with everything in it, and its screens."""

    workshop: Workshop
    app: Flask
    tags: dict[str, str]


@contextmanager
def opened(folder: Path, *, filled: bool = True, public_url: str = HTTP):
    """Give a workshop of its own in this folder, on SQLite, with its screens."""
    made, tags = _made(filled=filled)
    shutil.copytree(made, folder, dirs_exist_ok=True)
    workshop = open_workshop(_config(folder, public_url))
    yield Shop(workshop, application(workshop, public_url), dict(tags))
    workshop.close()


@cache
def _made(*, filled: bool) -> tuple[Path, dict[str, str]]:
    """Make the workshop once; the tests work on copies of its folder. Return it, and its tags."""
    folder = fresh.kept() / f"shop-{filled}"
    config = _config(folder, HTTP)
    fresh.site(config, NOON)
    workshop = open_workshop(config)
    tags = fill(workshop) if filled else {}
    if not filled:
        people(workshop)
    workshop.close()
    return folder, tags


def _config(folder: Path, public_url: str) -> Config:
    url = f"sqlite:///{folder}/shop.sqlite3"
    return Config(var=folder / "var", database_url=url, public_url=public_url)


class Reader(FlaskClient):
    """A client that takes every answer whole, as a server does, also where a test does not look at it."""

    def open(self, *args, **more):
        return super().open(*args, **({"buffered": True} | more))


def application(workshop: Workshop, public_url: str = HTTP, clock=lambda: NOON):
    """Return the screens of an open workshop, and let errors show themselves."""
    config = Config(var=workshop.evidence.folder.parent, database_url="", public_url=public_url)
    app = fresh.application(config, workshop, clock)
    app.test_client_class = Reader
    return app


def people(workshop: Workshop) -> None:
    """Make one account a role; the login is the role's name."""
    for role in PEOPLE:
        account(workshop, role)


def token_of(page: bytes) -> str:
    """Return the form token of a page."""
    found = re.search(rb'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, page[:500]
    return found[1].decode()


def logged_in(app, role: Role):
    """Return a browser in which a person of this role has logged in, and her form token."""
    browser = app.test_client()
    token = token_of(browser.get("/connexion").data)
    answer = browser.post(
        "/connexion", data={"login": role.value, "password": PASSWORD, "csrf_token": token}
    )
    assert answer.status_code == 303, answer.data
    return browser, token_of(browser.get("/").data)


@contextmanager
def transaction(workshop: Workshop, role: Role = Role.LEAD):
    """Give one writing transaction on the command line."""
    with workshop.work(command_line(role), NOON) as work:
        yield work


def laptop(serial: str, **changes) -> Facts:
    """Return a laptop of its own, with a drive of its own."""
    identity = replace(SSD.identity, serial=f"S3Y{serial}", bus=Bus.ATA)
    drive = replace(SSD, identity=identity, native_size_bytes=identity.size_bytes)
    board = replace(LAPTOP.board, serial=serial, **changes)
    return replace(LAPTOP, board=board, drives=(drive,))


def wiped(workshop: Workshop, stick, serial: str) -> str:
    """Let a laptop arrive, be erased and pass its checks; return its tag."""
    facts = laptop(serial)
    stick.boot()
    tag = receipt(send(workshop, stick.inventory(facts))).device
    send(workshop, stick.erasure(facts.drives[0]))
    send(workshop, stick.inspection())
    assert tag is not None
    return tag


def examined(workshop: Workshop, stick, facts: Facts) -> str:
    """Let a machine arrive without an erasure; return its tag."""
    stick.boot()
    tag = receipt(send(workshop, stick.inventory(facts))).device
    assert tag is not None
    return tag


def failed(workshop: Workshop, stick) -> str:
    """Let a desktop arrive whose drive cannot be erased; return its tag."""
    board = replace(
        LAPTOP.board, serial="DESK77", model="OptiPlex 7040", chassis=ChassisKind.DESKTOP
    )
    identity = DriveIdentity(model="WDC WD5000", serial="WD-77", size_bytes=HDD.identity.size_bytes)
    drive = replace(HDD, identity=identity)
    facts = replace(LAPTOP, board=board, drives=(drive,), batteries=(), displays=())
    tag = examined(workshop, stick, facts)
    letter = stick.erasure(drive, ending=Ending.FAILED, reason="EIO at 12 GB", passes=())
    send(workshop, letter)
    return tag


def demand(workshop: Workshop) -> dict[str, UUID]:
    """Record two requests of two programmes; return their ids by code."""
    with transaction(workshop) as work:
        agreement = Agreement(
            site_id=work.site_id,
            id=uuid7(work.now),
            number="2022-1187",
            title="Convention Cités éducatives",
            signed=date(2022, 6, 1),
        )
        work.session.add(agreement)
        work.session.flush()
        lot = Lot(
            site_id=work.site_id,
            id=uuid7(work.now),
            code="COLLECTE-2026",
            name="Collecte de la Métropole",
            terms={"id": "COLLECTE-2026", "regime": "private"},
        )
        work.session.add(lot)
        work.session.flush()
        for device in work.session.query(Device).filter_by(site_id=work.site_id):
            device.lot_id = lot.id
        made = {}
        for code, name, organisation, tier, quantity in (
            ("COLL", "Collégiens et kits", "Collège Maria Casarès", 1, 2),
            ("RESIN", "Réseau Rés'in", "Maison de quartier des Brotteaux", 2, 40),
        ):
            programme = Programme(
                site_id=work.site_id,
                id=uuid7(work.now),
                code=code,
                name=name,
                operator="Emmaüs Connect",
                agreement_id=agreement.id,
                terms={"id": code, "tier": tier, "name": name},
            )
            work.session.add(programme)
            work.session.flush()
            request = Request(
                site_id=work.site_id,
                id=uuid7(work.now),
                code=f"{code}-1",
                programme_id=programme.id,
                organisation=organisation,
                quantity=quantity,
                completed=work.now,
                terms={
                    "id": f"{code}-1",
                    "programme": code,
                    "quantity": quantity,
                    "completed": plain(work.now),
                    "parts": [{"name": "device", "wishes": [{"kinds": ["laptop", "desktop"]}]}],
                },
            )
            work.session.add(request)
            made[request.code] = request.id
        return made


def fill(workshop: Workshop) -> dict[str, str]:
    """Fill the workshop; return tags by what each stands for."""
    people(workshop)
    stick = enrolled(workshop)
    enrolled(workshop, "clé de l'accueil")
    tags = {f"wiped{n}": wiped(workshop, stick, f"PF0XYZ{n}") for n in range(4)}
    tags["examined"] = examined(workshop, stick, laptop("PF0NOT01"))
    tags["lying"] = examined(workshop, stick, laptop("LIAR01", model=LIE))
    tags["failed"] = failed(workshop, stick)
    demand(workshop)
    with transaction(workshop, Role.LEAD) as work:
        for tag in (tags["wiped0"], tags["wiped1"], tags["wiped2"]):
            confirm_grade(
                work, work.session.query(Device).filter_by(site_id=work.site_id, tag=tag).one().id
            )
    return tags


def device_id(workshop: Workshop, tag: str) -> UUID:
    """Return the id behind a tag."""
    return device_of(workshop, tag).id
