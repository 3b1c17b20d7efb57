"""What a person tested by hand, told on the command line; every check kept as an inspection."""

import re
from collections.abc import Sequence

from rebond_agent.errors import BadCheck
from rebond_agent.session import Session
from rebond_agent.stick.outbox import Outbox, Place
from rebond_schemas.inspection import Check, Result
from rebond_schemas.statement import Inspection
from rebond_schemas.text import clean

_spec = re.compile(r"([a-z][a-z0-9_]{0,40})=(pass|fail|skipped|absent)(?::(.+))?")


def told_checks(session: Session, specs: Sequence[str], by: str | None) -> tuple[Check, ...]:
    """Return the checks of `NAME=RESULT[:NOTE]` words, or raise BadCheck; the last word counts."""
    checks = {}
    for spec in specs:
        match = _spec.fullmatch(spec)
        if match is None:
            raise BadCheck(spec=spec)
        name, result, note = match.groups()
        checks[name] = Check(
            name=name,
            result=Result(result),
            by=clean(by),
            at=session.clocks.wall(),
            note=clean(note),
        )
    return tuple(checks.values())


def keep_inspection(session: Session, checks: tuple[Check, ...], outbox: Outbox) -> None:
    """Put an inspection of this run on the stick; nothing when nothing was tested."""
    if not checks:
        return

    def make(place: Place) -> Inspection:
        return Inspection(**session.envelope(place), checks=checks)

    outbox.put(make)
