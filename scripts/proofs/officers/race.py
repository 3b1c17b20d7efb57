"""The officers: each round opens two programmes on the same stock, and everybody tries at once.

One programme is first come, first served, by voucher; the other is planned. Officers confirm lines of the plan, undo
them, complete files and withdraw devices, each attempt a transaction of its own.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from officers.faults import Opened, faults
from rebond_schemas import plan
from rebond_schemas.plan_law import Kind, Regime
from rebond_server.domain.errors import Refused
from rebond_server.domain.grading import Letter
from rebond_server.domain.intake.item import Item
from rebond_server.domain.lifecycle import State
from rebond_server.domain.lot import LotKind
from rebond_server.domain.role import Role
from rebond_server.domain.voucher import voucher_code
from rebond_server.operations.close_request import close_request
from rebond_server.operations.confirm_assignment import confirm_assignment
from rebond_server.operations.create_account import create_account
from rebond_server.operations.examine_by_hand import examine_by_hand
from rebond_server.operations.files import see_proof
from rebond_server.operations.hold_device import take_back
from rebond_server.operations.lots import LotFacts, record_lot
from rebond_server.operations.make_plan import make_plan
from rebond_server.operations.organisations import OrganisationFacts, record_organisation
from rebond_server.operations.programmes import ProgrammeFacts, record_programme
from rebond_server.operations.requests import RequestFacts, record_request
from rebond_server.operations.take_in import take_in
from rebond_server.operations.undo_assignment import undo_assignment
from rebond_server.operations.withdraw_device import withdraw_device
from rebond_server.operations.work import Actor, Work, command_line, person
from rebond_server.operations.workshop import Workshop
from rebond_server.store.demand import Programme, Request
from rebond_server.store.device import Device
from rebond_server.store.voucher import Voucher

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DEVICES, OFFICES, FILES, PLACES, PER_ORGANISATION = 40, 3, 10, 6, 4
"""Each office has more files than places; the organisations ask for more than their cap."""
STUCK = 120.0
"""Seconds after which an attempt counts as stuck."""
WISH = (plan.Part(wishes=(plan.Wish(kinds=(Kind.SCREEN,)),)),)
LOST_RACE = (Refused, IntegrityError, OperationalError, StaleDataError)


@dataclass
class Tally:
    """What the officers tried, and what was found wrong."""

    tried: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0


class Proof:
    """A workshop with one lead and many officers."""

    def __init__(self, workshop: Workshop, officers: int, seed: int) -> None:
        self.workshop, self.seed, self.tally = workshop, seed, Tally()
        self.lock, self.moment = threading.Lock(), NOW
        self.lead = self._account("lead", Role.LEAD)
        self.officers = [self._account(f"officer-{n}", Role.OFFICER) for n in range(officers)]
        self.devices = self._stock()

    def run(self, attempts: int, per_round: int) -> Tally:
        """Let the officers try so often in all, round after round."""
        rounds = 0
        while sum(self.tally.tried.values()) < attempts and not self.tally.faults:
            rounds += 1
            opened = self._open(rounds)
            self._race(opened, min(per_round, attempts - sum(self.tally.tried.values())), rounds)
            self._count(opened)
            self._clear()
        return self.tally

    def now(self) -> datetime:
        """Return a moment that no other attempt has."""
        with self.lock:
            self.moment += timedelta(milliseconds=1)
            return self.moment

    def _account(self, login: str, role: Role) -> Actor:
        with self.workshop.work(command_line(Role.ADMIN), NOW) as work:
            return person(create_account(work, login, login, role, "une phrase assez longue"))

    def _stock(self) -> list[UUID]:
        with self.workshop.work(self.lead, NOW) as work:
            facts = LotFacts(code="lot", name="Lot", kind=LotKind.ANNEX, regime=Regime.COMPANY)
            record_lot(work, facts)
            found = [take_in(work, Item(kind=Kind.SCREEN), "lot").id for _ in range(DEVICES)]
            for device in found:
                examine_by_hand(work, device, Letter.B, "testé")
        with self.workshop.work(self.officers[0], NOW) as work:
            for number in range(OFFICES):
                facts_of = OrganisationFacts(code=f"o{number}", name=f"Organisme {number}")
                record_organisation(work, facts_of)
        return found

    def _open(self, number: int) -> Opened:
        first, planned = f"first-{number}", f"planned-{number}"
        with self.workshop.work(self.officers[0], self.now()) as work:
            caps = (
                plan.Cap(id="office", limit=PLACES, scope=plan.Scope.OFFICE),
                plan.Cap(id="total", limit=PLACES * OFFICES - 1),
            )
            terms = plan.Programme(id=first, tier=2, caps=caps, proofs=("training_certificate",))
            record_programme(work, ProgrammeFacts(terms=terms, operator="x", first_come=True))
            cap = plan.Cap(id="each", limit=PER_ORGANISATION, scope=plan.Scope.ORGANISATION)
            terms = plan.Programme(id=planned, tier=1, caps=(cap,))
            record_programme(work, ProgrammeFacts(terms=terms, operator="x"))
            files = self._files(work, first, number)
            for office in range(OFFICES):
                asked = RequestFacts(
                    programme=planned, quantity=8, parts=WISH, organisation=f"o{office}"
                )
                record_request(work, asked)
            made = make_plan(work).id
        with self.workshop.work(self.officers[0], self.now(), reading=True) as work:
            query = select(Voucher).join(
                Programme, (Programme.site_id == Voucher.site_id) & (Programme.id == Voucher.programme_id)
            )  # fmt: skip
            vouchers = work.session.scalars(query.where(Programme.code == first)).all()
            codes = [voucher_code(work.server_key, one.id) for one in vouchers]
        return Opened(
            self.devices,
            codes,
            files,
            made,
            first,
            planned,
            PLACES,
            PLACES * OFFICES - 1,
            PER_ORGANISATION,
        )

    def _files(self, work: Work, first: str, number: int) -> list[UUID]:
        found = []
        for file in range(OFFICES * FILES):
            proofs = ("training_certificate",) if file % 2 else ()
            asked = RequestFacts(
                programme=first, quantity=1, parts=WISH, person=f"p{number}-{file}",
                office=f"office-{file % OFFICES}", proofs=proofs, complete=bool(file % 2),
            )  # fmt: skip
            row = record_request(work, asked)
            if not file % 2:
                found.append(row.id)
        # half of the files are complete before the race: their vouchers are scanned in it
        see_proof(work, found[0], "training_certificate")
        return found[1:]

    def _race(self, opened: Opened, attempts: int, number: int) -> None:
        share = [attempts // len(self.officers)] * len(self.officers)
        for extra in range(attempts % len(self.officers)):
            share[extra] += 1
        threads = [
            threading.Thread(target=self._officer, args=(opened, who, share[at], number * 100 + at))
            for at, who in enumerate(self.officers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(STUCK * 4)
            if thread.is_alive():
                self.tally.faults.append("an officer is stuck")

    def _officer(self, opened: Opened, who: Actor, attempts: int, salt: int) -> None:
        random = Random(self.seed * 1_000_003 + salt)  # noqa: S311 - a proof is replayed by its seed
        for _ in range(attempts):
            name, act = self._choose(opened, random)
            started = time.monotonic()
            outcome = "done"
            try:
                with self.workshop.work(who, self.now()) as work:
                    act(work)
            except LOST_RACE:
                outcome = "refused"
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what the proof looks for
                outcome = f"{type(error).__name__}: {error}"
            self._note(name, outcome, time.monotonic() - started)

    def _choose(self, opened: Opened, random: Random) -> tuple[str, Callable[[Work], object]]:
        device = random.choice(opened.devices)
        pick = random.random()
        if pick < 0.4:
            return "confirm", lambda work: confirm_assignment(work, opened.plan, device)
        if pick < 0.75:
            code = random.choice(opened.codes)
            tag = self._tag(device)
            return "withdraw", lambda work: withdraw_device(work, code, tag)
        if pick < 0.85:
            file = random.choice(opened.files)
            return "complete", lambda work: see_proof(work, file, "training_certificate")
        return "undo", lambda work: undo_assignment(work, device, "essai")

    def _tag(self, device: UUID) -> str:
        return f"RB-{self.devices.index(device) + 1:06}"

    def _note(self, name: str, outcome: str, seconds: float) -> None:
        with self.lock:
            self.tally.tried[name] += 1
            self.tally.slowest = max(self.tally.slowest, seconds)
            if outcome == "done":
                self.tally.done[name] += 1
            elif outcome != "refused":
                self.tally.faults.append(f"{name}: {outcome}")
            if seconds > STUCK:
                self.tally.faults.append(f"{name} was stuck for {seconds:.0f} s")

    def _count(self, opened: Opened) -> None:
        with self.workshop.work(self.lead, self.now(), reading=True) as work:
            self.tally.faults += list(faults(work, opened))

    def _clear(self) -> None:
        """Close what was asked, and bring every device back to stock."""
        with self.workshop.work(self.officers[0], self.now()) as work:
            waiting = select(Request.id).where(Request.closed.is_(None))
            for request in work.session.scalars(waiting).all():
                close_request(work, request, "fin du tour")
        for device in self.devices:
            with self.workshop.work(self.lead, self.now(), reading=True) as work:
                state = work.session.get_one(Device, (work.site_id, device)).state
            if state is State.RELEASED:
                with self.workshop.work(self.lead, self.now()) as work:
                    take_back(work, device, "essai")
                with self.workshop.work(self.lead, self.now()) as work:
                    examine_by_hand(work, device, Letter.B, "testé")
            elif state is State.ALLOCATED:
                with self.workshop.work(self.officers[0], self.now()) as work:
                    undo_assignment(work, device, "essai")
