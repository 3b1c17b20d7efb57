"""What every command has at hand, and how it speaks: results to `out`, everything else to `err`.

Delivery, erasure and the readable sheet are imported where they are used: an inventory that is only
printed starts without them, and starting takes a third of its time on an old computer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from rebond_agent.errors import MachineMissing
from rebond_agent.language import AnyPhrase, Language, reason, say, say_error
from rebond_agent.language.phrases import Phrase
from rebond_agent.machine.live import LiveMachine
from rebond_agent.machine.recorded import RecordedMachine
from rebond_schemas.codec import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from rebond_agent.delivery import Sent
    from rebond_agent.machine import Machine
    from rebond_agent.session import Clocks, Session
    from rebond_agent.stick import Stick
    from rebond_agent.stick.durable import Durable
    from rebond_agent.stick.outbox import Notice, Outbox
    from rebond_schemas.statement import Inventory

NOT_ALL_SENT = 5
NOT_ALL_WANTED = 6
NOT_ALL_ERASED = 7
"""Exit codes of commands that ended well but could not do everything."""

_ASIDE = {"conflict": Phrase.ASIDE_CONFLICT, "refused": Phrase.ASIDE_REFUSED}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Language, streams, clocks, and the hand that writes to the stick."""

    language: Language
    stick: Path
    out: TextIO
    err: TextIO
    clocks: Clocks
    sleep: Callable[[float], None]
    disk: Durable
    asks: bool = False
    """Somebody sits in front of it and can be asked."""

    def say(self, phrase: AnyPhrase, **details: object) -> str:
        """Return a text in the reader's language."""
        return say(self.language, phrase, **details)

    def tell(self, phrase: AnyPhrase, **details: object) -> None:
        """Tell the person something beside the result."""
        print(self.say(phrase, **details), file=self.err)

    def show(self, text: str) -> None:
        """Print a part of the result."""
        print(text, file=self.out, flush=True)

    def show_inventory(self, statement: Inventory, stick: Stick | None, *, as_json: bool) -> None:
        """Print the statement's very bytes, or the readable sheet."""
        if as_json:
            self.show(encode(statement).decode())
            if stick is None:
                self.tell(Phrase.NOT_ENROLLED)
            return
        from rebond_agent.sheet import sheet  # noqa: PLC0415 - only for a reader

        origin = self.say(Phrase.NOT_ENROLLED)
        if stick is not None:
            known = stick.settings
            origin = self.say(Phrase.STICK_LINE, name=known.name, site=known.site_name)
        self.show(sheet(statement, self.language, origin=origin))

    def machine(self, folder: Path | None) -> Machine:
        """Return this computer, or the machine recorded in a folder."""
        if folder is None:
            return LiveMachine()
        if not folder.is_dir():
            raise MachineMissing(path=folder)
        return RecordedMachine(folder)

    def recover(self, session: Session, outbox: Outbox) -> None:
        """Tell what on the stick cannot be trusted; note erasures that an earlier run left open."""
        from rebond_agent.erasing import recover  # noqa: PLC0415 - only with a stick
        from rebond_agent.stick.outbox import Notice  # noqa: PLC0415 - likewise

        self._notices(outbox.notices)
        for found in recover(session, outbox):
            if isinstance(found, Notice):
                self._notices([found])
                continue
            drive, unknown = found.drive, self.say(Phrase.UNKNOWN)
            self.tell(
                Phrase.INTERRUPTED_FOUND,
                model=drive.model or unknown,
                serial=drive.serial or unknown,
            )

    def send(
        self, outbox: Outbox, backoff: Iterable[float], time_limit: float | None = None
    ) -> int:
        """Send what waits and tell how it went; return the exit code."""
        from rebond_agent.delivery import send_all  # noqa: PLC0415 - only with a stick
        from rebond_agent.delivery.home import server_of  # noqa: PLC0415 - likewise
        from rebond_agent.delivery.ordering import refresh  # noqa: PLC0415 - likewise

        server = server_of(outbox.stick)
        if time_limit is not None:
            server = server.within(time_limit)
        sent = send_all(outbox, server, sleep=self.sleep, backoff=backoff)
        if not sent.problems:
            refresh(outbox, server)
        for parcel, unwanted in sent.unwanted:
            file = f"outbox/{unwanted.why}/{parcel.file_name}"
            self.tell(_ASIDE[unwanted.why], file=file, message=unwanted.message)
        for sentence in dict.fromkeys(say_error(self.language, one) for one in sent.problems):
            print(sentence, file=self.err)
        if sent.held:
            self.tell(Phrase.SENT, count=len(sent.held))
        for tag in dict.fromkeys(one.device for one in sent.held if one.device):
            self.tell(Phrase.FILED_UNDER, tag=tag)
        if sent.waiting:
            self.tell(Phrase.STILL_WAITING, count=sent.waiting)
        return _exit_code(sent)

    def _notices(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            told = reason(self.language, notice.reason)
            self.tell(Phrase.ASIDE_QUARANTINE, file=notice.file, reason=told)


def _exit_code(sent: Sent) -> int:
    if sent.problems:
        return sent.problems[0].exit_code
    if sent.unwanted:
        return NOT_ALL_WANTED
    return NOT_ALL_SENT if sent.waiting else 0
