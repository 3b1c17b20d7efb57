"""The hands of the console: threads that inspect, erase, test and deliver, and tell what happens."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from typing import assert_never

from rebond_agent.checks.step import Answer, Painting, Question, Step, walked
from rebond_agent.checks.table import CHECKS, kept
from rebond_agent.checks.told import keep_inspection
from rebond_agent.checks.tools import Tools
from rebond_agent.choosing import failed_probes
from rebond_agent.console.again import keep_sending
from rebond_agent.console.event import (
    Checked,
    Counted,
    Erased,
    Event,
    Inspected,
    LetGo,
    NameDevice,
    NameOperator,
    PauseWipe,
    Progressed,
    Reply,
    Reread,
    Send,
    StartCheck,
    Stepped,
    StopWipe,
    Told,
    Wipe,
    WipeOver,
    Wish,
)
from rebond_agent.console.given import Given
from rebond_agent.console.reading import Readings
from rebond_agent.console.state import DriveLine
from rebond_agent.delivery import SHORT_BACKOFF, send_all
from rebond_agent.delivery.ordering import order_for, policy_of, refresh
from rebond_agent.delivery.server import Server
from rebond_agent.erasing import Chosen, wipe
from rebond_agent.errors import AgentError, NotEnrolled
from rebond_agent.language import Language, say_error, word
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_agent.language.words import CHECKS as CHECK_NAMES
from rebond_agent.probes import Collected, collect
from rebond_agent.session import inspect, with_drives
from rebond_agent.stick import standing_order
from rebond_agent.stick.outbox import Outbox
from rebond_agent.types_met import meet_types
from rebond_agent.wipe import engine
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.plan import make_plan
from rebond_agent.wipe.progress import Progress
from rebond_agent.wipe.reasons import Reason, Refusal, Sentence
from rebond_agent.wipe.wishes import Wishes
from rebond_schemas.facts import Drive
from rebond_schemas.inspection import Check

_GOODBYE_SECONDS = 30.0


class Workbench:
    """Carries wishes out, each in a thread of its own, and puts what happens into `events`."""

    def __init__(self, given: Given, language: Language) -> None:
        """Take what to work with; nothing is started yet."""
        meet_types()
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.language = language
        self.broken: Exception | None = None
        """What no thread foresaw; the console ends with it."""
        self._given = given
        self._session = given.session
        self._collected: Collected | None = None
        self._readings = Readings(given, self.events.put)
        self._checks: dict[str, Check] = {}
        self._replies: dict[str, SimpleQueue[Answer]] = {}
        self._order = None if given.outbox is None else standing_order.kept(given.outbox.stick)
        self._closing = threading.Event()
        self._stop = threading.Event()
        self._pause = threading.Event()
        self._let_go = False
        self._keeping = threading.Lock()
        self._sending = threading.Lock()
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Look at the machine; from then on send what waits, again and again."""
        self._start(self._inspect)
        self._start(lambda: keep_sending(self._given.outbox, self._send, self._closing))

    def do(self, wish: Wish) -> None:
        """Carry a wish out, or begin to."""
        match wish:
            case Wipe():
                self._begin_drives(lambda: self._wipe(wish.paths, wish.vouched))
            case Reread():
                self._begin_drives(self._reread)
            case NameOperator():
                self._session = replace(self._session, operator=wish.name)
            case StopWipe():
                self._stop.set()
            case PauseWipe():
                self._pause.clear() if self._pause.is_set() else self._pause.set()
            case StartCheck() | Reply():
                self._test(wish)
            case NameDevice():
                self._start(lambda: self._name(wish.asset_tag))
            case Send():
                self._start(self._send)
            case _:
                assert_never(wish)

    def _test(self, wish: StartCheck | Reply) -> None:
        if isinstance(wish, StartCheck):
            self._replies[wish.name] = SimpleQueue()
            self._start(lambda: self._check(wish.name))
        elif wish.name in self._replies:
            self._replies[wish.name].put(wish.answer)

    def _begin_drives(self, work: Callable[[], None]) -> None:
        self._stop.clear()
        self._pause.clear()
        self._start(work)

    def close(self) -> None:
        """End what runs and wait until it is safe on the stick: erasures say they were interrupted."""
        self._stop.set()
        self._closing.set()
        for replies in self._replies.values():
            replies.put(Answer.SKIP)
        until = time.monotonic() + _GOODBYE_SECONDS
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._told, args=(work,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _told(self, work: Callable[[], None]) -> None:
        """Run in a thread of its own; an error becomes its sentence, as at the command line."""
        try:
            work()
        except AgentError as error:
            self.events.put(Told(sentence=say_error(self.language, error)))
        except Exception as error:  # noqa: BLE001 - a mistake of ours: raised again by the loop
            self.broken = error

    def _inspect(self) -> None:
        collected = collect(self._session.machine)
        images = self._given.images
        if images:
            drives = tuple(one.drive for one in images)
            collected = with_drives(collected, drives, instead=self._given.recorded)
        self._collected = collected
        self._given.live.machine(collected.facts.board, self._session.asset_tag)
        inspect(self._session, collected, self._given.outbox)
        lines = tuple(self._line(drive, collected) for drive in collected.facts.drives)
        self.events.put(Inspected(facts=collected.facts, drives=lines))
        self._send()

    def _line(self, drive: Drive, collected: Collected) -> DriveLine:
        chosen = self._chosen(drive, collected)
        if chosen is None:
            french, english = ConsolePhrase.NOT_HERE.value
            return DriveLine(drive=drive, refusal=Sentence(fr=french, en=english))
        policy = policy_of(self._order, Policy(chosen=(drive.path,)))
        plan = make_plan(drive, policy, failed_probes=chosen.failed_probes)
        if not isinstance(plan, Refusal):
            return DriveLine(drive=drive)
        unknown = plan.reason is Reason.BOOT_MEDIUM_UNKNOWN
        return DriveLine(drive=drive, refusal=plan.sentence, vouchable=unknown)

    def _chosen(self, drive: Drive, collected: Collected) -> Chosen | None:
        """Return how to open a drive; None: it is not here."""
        return self._given.opening(drive, failed_probes(drive.path, collected))

    def _all_chosen(self) -> list[Chosen]:
        collected = self._collected
        drives = () if collected is None else collected.facts.drives
        found = [self._chosen(one, collected) for one in drives if collected is not None]
        return [one for one in found if one is not None]

    def _reread(self) -> None:
        """Read what the server asked for once more; nothing is written."""
        try:
            wishes = Wishes(self._stop.is_set, self._pause.is_set)
            self._readings.read(self._session, self._all_chosen(), wishes, self._progressed)
        finally:
            self.events.put(WipeOver())
        self._send()

    def _wipe(self, paths: tuple[str, ...], vouched: tuple[str, ...]) -> None:
        try:
            outbox = self._given.outbox
            if outbox is None or self._collected is None:
                raise NotEnrolled(path="-")
            chosen = [one for one in self._all_chosen() if one.drive.path in paths]
            work = self._given.engine or partial(
                engine.wipe, wishes=Wishes(self._stop.is_set, self._pause.is_set)
            )
            for erasure in wipe(
                self._session, outbox, chosen,
                policy_of(self._order, Policy(chosen=paths, vouched=vouched)), work, self._progressed,
            ):  # fmt: skip
                self.events.put(Erased(path=erasure.path, erasure=erasure))
                self._given.live.ended(erasure.drive, erasure.path, erasure.ending)
        finally:
            self.events.put(WipeOver())
        self._send()

    def _progressed(self, one: Chosen, said: Progress) -> None:
        self.events.put(Progressed(path=one.drive.path, progress=said))
        self._given.live.drive(one.drive.identity, one.drive.path, said)

    def _check(self, name: str) -> None:
        given = self._given
        if self._collected is None:
            return
        tools = Tools(
            machine=self._session.machine,
            facts=self._collected.facts,
            inputs=given.inputs,
            clock=given.clock,
            sleep=given.sleep,
            azerty=given.azerty,
            battery_minutes=given.battery_minutes,
        )
        finding = walked(CHECKS[name](tools), lambda step: self._answer(name, step))
        at = self._session.clocks.wall()
        check = kept(name, finding, by=given.by, at=at, language=self.language)
        with self._keeping:
            self._checks[name] = check
            if given.outbox is not None:
                # All so far, so that the last inspection of the run is the whole of it.
                keep_inspection(self._session, tuple(self._checks.values()), given.outbox)
        self.events.put(Checked(check=check))
        self._count()

    def _answer(self, name: str, step: Step) -> Answer | None:
        """Show a step; wait for a person where one is asked, else pass on what was pressed."""
        self.events.put(Stepped(name=name, step=step))
        replies = self._replies[name]
        if isinstance(step, Question | Painting):
            self._given.live.needs(word(self.language, CHECK_NAMES, name))
            try:
                return replies.get()
            finally:
                self._given.live.needs(None)
        return None if replies.empty() else replies.get()

    def _name(self, asset_tag: str) -> None:
        """Keep the inventory again under the tag; what follows in this run carries it, too."""
        self._session = replace(self._session, asset_tag=asset_tag)
        if self._collected is not None:
            self._given.live.machine(self._collected.facts.board, asset_tag)
        if self._collected is not None and self._given.outbox is not None:
            inspect(self._session, self._collected, self._given.outbox)
            self._send()

    def _send(self) -> None:
        """Deliver what waits, one delivery at a time; whoever comes meanwhile need not."""
        outbox, server = self._given.outbox, self._given.server
        if outbox is None or server is None or not self._sending.acquire(blocking=False):
            return
        try:
            self._count()
            sent = send_all(outbox, server, sleep=self._given.sleep, backoff=SHORT_BACKOFF)
            self._take_order(outbox, server)
            if self._collected is not None:
                self._readings.ask(server, self._session, self._collected.facts.drives)
            for problem in sent.problems[:1]:
                self.events.put(Told(sentence=say_error(self.language, problem)))
        finally:
            self._sending.release()
            self._count()

    def _take_order(self, outbox: Outbox, server: Server) -> None:
        """Let what the workshop asks for this machine hold from the next erasure on."""
        refresh(outbox, server)
        self._order = order_for(outbox, server, self._session.run)
        self._session = replace(
            self._session,
            order=None if self._order is None else str(self._order.id),
            stick=outbox.stick,
        )
        if self._order is not None and self._order.unattended and not self._let_go:
            self._let_go = True  # once a boot: whoever cancels is not asked again
            self.events.put(LetGo())

    def _count(self) -> None:
        if self._given.outbox is not None:
            waiting = len(self._given.outbox.waiting)
            self.events.put(Counted(waiting=waiting, sending=self._sending.locked()))
