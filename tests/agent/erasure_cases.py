"""Statements about drives that several tests show."""

from uuid import UUID

from stage import drive
from stick_bench import WALL

from rebond_schemas.erasure import Method
from rebond_schemas.statement import Agent, Clock, Erasure

CLOCK = Clock(wall=WALL, monotonic_ns=1, boot_id="boot")


def a_read(ending, reason):
    """Return the statement of a second read of the first drive on the stage."""
    some = UUID(int=7)
    return Erasure(
        format=1, id=some, run=some, site=some, stick=some, sequence=1, previous=None, made=CLOCK,
        agent=Agent(name="rebond-agent", version="0.1.0"), drive=drive(0).identity,
        path=drive(0).path, method=Method.NONE, ending=ending, reason=reason, started=CLOCK,
        ended=CLOCK, seconds=1.0,
    )  # fmt: skip
