"""A bench: people, and sticks that sign what they say, as the agent would."""

import hashlib
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import devices
import fresh
import msgspec
from devices import PASSED
from devices import inventory as an_inventory
from erasures import good_erasure, moment
from firmware_erasures import firmware_erasure
from moments import NOON
from msgspec.structs import replace

from rebond_schemas.codec import encode
from rebond_schemas.erasure import Level, Method
from rebond_schemas.exchange import EnrolmentAnswer, EnrolmentRequest, Receipt
from rebond_schemas.facts import Bus
from rebond_schemas.signing import ENROLMENT_TYPE, STATEMENT_TYPE, new_key, public_key, sign
from rebond_schemas.statement import Agent, AnyStatement, Inspection
from rebond_server.domain.role import Role
from rebond_server.operations.answers import Accepted, Declined
from rebond_server.operations.create_account import create_account
from rebond_server.operations.enrol_stick import enrol_stick
from rebond_server.operations.grade_device import confirm_grade
from rebond_server.operations.issue_enrolment_code import issue_enrolment_code
from rebond_server.operations.receive_statement import receive_statement
from rebond_server.operations.work import NOBODY, Actor, Rules, command_line, person
from rebond_server.operations.workshop import Workshop
from rebond_server.rules.load import grading_rules, health_rules
from rebond_server.store.database import sessions, transaction
from rebond_server.store.device import Device
from rebond_server.store.evidence import EvidenceStore
from rebond_server.store.people import Site

SSD = replace(
    devices.SSD,
    identity=replace(devices.SSD.identity, bus=Bus.ATA),
    native_size_bytes=devices.SSD.identity.size_bytes,
)
LAPTOP = replace(devices.LAPTOP, drives=(SSD,))
PASSWORD = "une phrase assez longue"


@dataclass(frozen=True)
class Letter:
    """One statement as it travels."""

    statement: AnyStatement
    raw: bytes
    signature: str
    stick: UUID


@dataclass
class Stick:
    """A stick with its key and its chain of statements."""

    key: bytes
    id: UUID
    site: UUID
    sequence: int = 0
    previous: str | None = None
    run: UUID = field(default_factory=uuid4)

    def boot(self) -> "Stick":
        """Begin another run."""
        self.run = uuid4()
        return self

    def inventory(self, facts=LAPTOP, **changes) -> Letter:
        return self.seal(an_inventory(facts, **self._next(changes)))

    def erasure(self, drive=SSD, **changes) -> Letter:
        return self.seal(good_erasure(drive, **self._next(changes)))

    def purge(self, drive=SSD, **changes) -> Letter:
        """Tell of the drive's own block erasure: what a donor who asks for Purge is owed."""
        own = self._next({"level": Level.PURGE} | changes)
        return self.seal(firmware_erasure(Method.ATA_SANITIZE_BLOCK, drive, **own))

    def inspection(self, checks=PASSED, **changes) -> Letter:
        agent = Agent(name="rebond-agent", version="0.1.0")
        known = {"format": 1, "made": moment(1), "agent": agent, "checks": checks}
        return self.seal(Inspection(**(known | self._next(changes))))

    def seal(self, statement: AnyStatement) -> Letter:
        raw = encode(statement)
        self.previous = hashlib.sha256(raw).hexdigest()
        return self.sealed(raw, statement)

    def sealed(self, raw: bytes, statement: AnyStatement | None = None) -> Letter:
        return Letter(statement, raw, sign(self.key, STATEMENT_TYPE, raw), self.id)

    def _next(self, changes: dict[str, object]) -> dict[str, object]:
        self.sequence += 1
        own = {
            "id": uuid4(),
            "run": self.run,
            "site": self.site,
            "stick": self.id,
            "sequence": self.sequence,
            "previous": self.previous,
        }
        return own | changes


def enrolled(workshop: Workshop, name: str = "clé 1", now=NOON) -> Stick:
    """Return a stick that the workshop knows."""
    key = new_key()
    with workshop.work(command_line(Role.LEAD), now) as work:
        code = issue_enrolment_code(work)
    raw = encode(EnrolmentRequest(code=code, name=name, public_key=public_key(key)))
    with workshop.work(NOBODY, now) as work:
        answer = enrol_stick(work, raw, sign(key, ENROLMENT_TYPE, raw))
    assert isinstance(answer, Accepted), answer
    told = msgspec.json.decode(answer.body, type=EnrolmentAnswer)
    return Stick(key=key, id=told.stick, site=told.site)


def send(workshop: Workshop, letter: Letter, now=NOON, **more) -> Accepted | Declined:
    """Deliver one statement in a transaction of its own."""
    with workshop.work(NOBODY, now) as work:
        return receive_statement(work, letter.raw, letter.stick, letter.signature, **more)


def receipt(answer: Accepted | Declined) -> Receipt:
    assert isinstance(answer, Accepted), answer
    return msgspec.json.decode(answer.body, type=Receipt)


def account(workshop: Workshop, role: Role, login: str | None = None, now=NOON) -> Actor:
    """Return a person with this role as one who acts."""
    with workshop.work(command_line(Role.ADMIN), now) as work:
        made = create_account(work, login or role.value, role.value, role, PASSWORD)
        return person(made)


def in_memory(folder) -> Workshop:
    """Return an open workshop in memory, for properties that need many: no disk is waited for."""
    engine = fresh.in_memory()
    workshop = Workshop(
        site_id=UUID(int=1),
        site_name="Atelier",
        engine=engine,
        make=sessions(engine),
        evidence=EvidenceStore(folder=folder),
        rules=Rules(health=health_rules(), grading=grading_rules()),
        server_key=new_key(),
    )
    with transaction(workshop.make) as session:
        session.add(Site(id=workshop.site_id, name="Atelier", created=NOON))
    return workshop


def graded(workshop: Workshop, stick: Stick, lead: Actor, facts=LAPTOP) -> UUID:
    """Return a device that went all the way to a confirmed grade."""
    stick.boot()
    tag = receipt(send(workshop, stick.inventory(facts))).device
    for drive in facts.drives:
        send(workshop, stick.erasure(drive))
    send(workshop, stick.inspection())
    device = device_of(workshop, tag)
    with workshop.work(lead, NOON) as work:
        confirm_grade(work, device.id)
    return device.id


def another(number: int, **board):
    """Return the facts of another laptop of the same model."""
    drive = replace(SSD, identity=replace(SSD.identity, serial=f"S3YJNB0K{number:06}"))
    named = {"serial": f"PF{number:06}"} | board
    return replace(LAPTOP, drives=(drive,), board=replace(LAPTOP.board, **named))


def device_of(workshop: Workshop, tag: str) -> Device:
    """Return a device as it stands now."""
    with workshop.work(NOBODY, NOON, reading=True) as work:
        found = work.session.query(Device).filter_by(tag=tag).one()
        assert found.facts is not None or found.inventory_id is None
        return found
