"""USB ports, one by one: a stick is plugged into each, and the kernel says where it saw it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rebond_agent.checks.step import Answer, Finding, Running, Working, found, said
from rebond_agent.checks.tools import LOOK_SECONDS, Tools, absent_or_unknown
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_schemas.inspection import Result

FOLDER = "/sys/bus/usb/devices"
_port = re.compile(r"\d{1,3}-\d{1,3}(?:\.\d{1,3}){0,6}")


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Ports with something in them now, and ports in which something new was seen."""

    filled: frozenset[str]
    seen: tuple[str, ...] = ()


def ports_of(names: Iterable[str]) -> frozenset[str]:
    """Return the ports among sysfs names: `2-1.3` is one, `usb2` and `2-1:1.0` are none."""
    return frozenset(name for name in names if _port.fullmatch(name))


def looked(ports: Ports, filled: frozenset[str]) -> Ports:
    """Return the ports after one look; what was filled from the start has not been tested."""
    new = sorted(filled - ports.filled - set(ports.seen))
    return Ports(filled=filled, seen=(*ports.seen, *new))


def check(tools: Tools) -> Running:
    """Watch ports until a person says that all answered (yes) or that one is dead (no)."""
    names = tools.machine.names(FOLDER)
    if not names:
        return absent_or_unknown(None)
    ports = Ports(filled=ports_of(names))
    answer = None
    while answer is None:
        text = said(CheckPhrase.PORTS_HOW, ports=" ".join(ports.seen)[:120] or "-")
        answer = yield Working(text=text, picture=(f"{len(ports.seen)} USB",))
        tools.sleep(LOOK_SECONDS)
        ports = looked(ports, ports_of(tools.machine.names(FOLDER)))
    return finding(ports, answer)


def finding(ports: Ports, answer: Answer) -> Finding:
    """Pass when a person says that every port answered and at least one was seen to."""
    seen = " ".join(ports.seen)[:120] or "-"
    match answer:
        case Answer.NO:
            return found(Result.FAIL, CheckPhrase.PORTS_DEAD, ports=seen)
        case Answer.YES if ports.seen:
            return found(Result.PASS, CheckPhrase.PORTS_SEEN, ports=seen)
        case Answer.YES | Answer.SKIP:
            return found(Result.SKIPPED, CheckPhrase.PORTS_SEEN, ports=seen)
