"""Sealed statements and parcels in parts: taken once, whatever is cut, and never from a stranger."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from bench import Letter, enrolled, receipt
from moments import NOON

from rebond_schemas.exchange import Arrived
from rebond_schemas.parcel import LARGEST, PART_BYTES, pack, part
from rebond_schemas.sealing import derived_key, new_pair, public_half
from rebond_schemas.signing import new_key
from rebond_schemas.statement import Evidence
from rebond_server.domain.role import Role
from rebond_server.operations.answers import Status
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.receive_parcel import (
    MOST_UNDER_WAY,
    forget_parts,
    receive_parcel,
    receive_part,
)
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.arrival import PartRow
from rebond_server.store.stick import StatementRow


@pytest.fixture
def stick(workshop):
    return enrolled(workshop)


def parcel_of(workshop, stick, letter: Letter, key=None, recipient=None):
    return pack(
        key or stick.key,
        recipient or bytes.fromhex(public_half(derived_key(workshop.server_key)).hex()),
        letter.raw,
        stick=stick.id,
        statement=letter.statement.id,
        sequence=letter.statement.sequence,
    )


def take(workshop, content, act=receive_parcel, now=NOON):
    with workshop.work(NOBODY, now) as work:
        return act(work, content)


def kept(workshop, table=StatementRow):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.query(table).count()


def large(stick, size=500_000):
    noise = random.Random(1).randbytes(size // 3)  # noqa: S311 - chance that can be repeated
    evidence = tuple(
        Evidence(
            name=f"noise-{number}",
            command=(),
            outcome="ok",
            content=noise[:250_000],
            size_bytes=len(noise),
            sha256="0" * 64,
        )
        for number in range(3)
    )
    return stick.inventory(evidence=evidence)


def test_a_sealed_statement_is_taken_like_an_open_one(workshop, stick):
    letter = stick.inventory()
    parcel = parcel_of(workshop, stick, letter)
    first, again = take(workshop, parcel.content), take(workshop, parcel.content)

    assert (first.status, again.status) == (Status.CREATED, Status.KNOWN)
    assert first.body == again.body
    assert receipt(first).sha256 == parcel.sha256
    resealed = parcel_of(workshop, stick, letter)
    assert resealed.content != parcel.content
    assert take(workshop, resealed.content).body == first.body
    assert kept(workshop) == 1


@pytest.mark.parametrize("at", [0, 9, 60, 120, 200, 300, 500, -1])
def test_no_edited_parcel_is_taken(workshop, stick, at):
    content = bytearray(parcel_of(workshop, stick, stick.inventory()).content)
    content[at] ^= 1
    answer = take(workshop, bytes(content))

    assert answer.status in {Status.BAD_REQUEST, Status.NOT_KNOWN}
    assert kept(workshop) == 0


def test_a_stranger_a_revoked_stick_and_another_servers_seal(workshop, stick):
    letter = stick.inventory()
    stranger = parcel_of(workshop, stick, letter, key=new_key())
    other = parcel_of(workshop, stick, letter, recipient=new_pair()[1])
    assert take(workshop, stranger.content).status is Status.NOT_KNOWN
    assert take(workshop, other.content).status is Status.UNREADABLE
    good = parcel_of(workshop, stick, letter)
    with workshop.work(command_line(Role.LEAD), NOON) as work:
        revoke_stick(work, stick.id, "perdue")
    assert take(workshop, good.content).status is Status.NOT_KNOWN
    first = part(stick.key, stick.id, good.content, 0)
    assert take(workshop, first, receive_part).status is Status.NOT_KNOWN
    assert kept(workshop) == kept(workshop, PartRow) == 0


def test_parts_in_any_order_with_repeats_arrive_once(workshop, stick):
    content = parcel_of(workshop, stick, large(stick)).content
    assert len(content) > 2 * PART_BYTES
    chance = random.Random(7)  # noqa: S311 - the same order in every run
    offset, answer = 0, None
    while not hasattr(answer, "body"):
        stray = chance.randrange(0, len(content), 1000)
        take(
            workshop,
            part(stick.key, stick.id, content, stray if stray != offset else None),
            receive_part,
        )
        answer = take(workshop, part(stick.key, stick.id, content, offset), receive_part)
        if isinstance(answer, Arrived):
            assert answer.offset > offset
            offset = answer.offset
            asked = take(workshop, part(stick.key, stick.id, content, None), receive_part)
            assert asked.offset == offset

    assert answer.status is Status.CREATED
    assert kept(workshop) == 1
    assert kept(workshop, PartRow) == 0
    again = take(workshop, part(stick.key, stick.id, content, None), receive_part)
    assert again == Arrived(offset=0), "nobody remembers: sent once more it is the same statement"


def test_a_stranger_cannot_add_to_a_parcel(workshop, stick):
    content = parcel_of(workshop, stick, large(stick)).content
    forged = part(new_key(), stick.id, content, 0)
    unknown = part(stick.key, uuid4(), content, 0)
    assert take(workshop, forged, receive_part).status is Status.NOT_KNOWN
    assert take(workshop, unknown, receive_part).status is Status.NOT_KNOWN
    torn = bytearray(part(stick.key, stick.id, content, 0))
    torn[-1] ^= 1
    assert take(workshop, bytes(torn), receive_part).status is Status.BAD_REQUEST
    assert kept(workshop, PartRow) == 0


def test_unfinished_parcels_are_bounded_and_let_go_in_a_week(workshop, stick):
    for number in range(MOST_UNDER_WAY // (LARGEST - 1000) * 20):
        content = number.to_bytes(4, "big") * (LARGEST // 4)
        take(workshop, part(stick.key, stick.id, content, 0), receive_part)
    with workshop.work(NOBODY, NOON) as work:
        assert sum(row.length for row in work.session.query(PartRow)) <= MOST_UNDER_WAY
        assert forget_parts(work) == 0
    with workshop.work(NOBODY, NOON + timedelta(days=8)) as work:
        assert forget_parts(work) > 0
    assert kept(workshop, PartRow) == 0
    too_large = b"x" * (LARGEST + 1)
    assert (
        take(workshop, part(stick.key, stick.id, too_large, 0), receive_part).status
        is Status.TOO_LARGE
    )
    assert take(workshop, too_large).status is Status.TOO_LARGE
