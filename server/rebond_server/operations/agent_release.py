"""Newer agents for sticks: published by the lead, signed by the workshop, given to sticks it knows."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from rebond_schemas.agent_build import (
    LARGEST_BYTES,
    PART_BYTES,
    AgentBuild,
    AgentOffer,
    AgentQuestion,
)
from rebond_schemas.codec import Unreadable, decode_as, encode
from rebond_schemas.signing import (
    AGENT_OFFER_TYPE,
    AGENT_PART_TYPE,
    AGENT_QUESTION_TYPE,
    sign,
    verified,
)
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.answers import NOT_KNOWN, Accepted, Declined, Status
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.base import plain
from rebond_server.store.ids import uuid7
from rebond_server.store.stick import AgentRelease, Stick

_SQUASHFS = b"hsqs"


def publish_agent(work: Work, layer: Path) -> AgentOffer:
    """Offer this layer (`rebond-….agent.squashfs`, its `.json` beside it) to every stick of its base."""
    work.require(Permission.ENROL_STICK)
    build, content = _read(layer)
    sha256 = work.evidence.keep(content)
    offer = AgentOffer(site=work.site_id, build=build, sha256=sha256, size_bytes=len(content))
    known = select(AgentRelease.id).where(
        AgentRelease.site_id == work.site_id, AgentRelease.sha256 == sha256
    )
    if work.session.scalar(known) is not None:
        return offer
    work.session.add(
        AgentRelease(
            site_id=work.site_id,
            id=uuid7(work.now),
            base=build.base,
            built=build.built,
            sha256=sha256,
            offer=encode(offer),
            published=work.now,
        )
    )
    tell(work, "publish_agent", ("site", work.site_id), new=build.version, details=plain(offer))
    return offer


def answer_stick(work: Work, raw: bytes, stick_id: UUID, signature: str) -> Accepted | Declined:
    """Give the newest offer for the asking stick's base (no bytes: nothing newer), or a part of one."""
    stick = work.session.get(Stick, (work.site_id, stick_id))
    if stick is None or stick.revoked is not None:
        return NOT_KNOWN
    if not verified(stick.public_key, AGENT_QUESTION_TYPE, raw, signature):
        return NOT_KNOWN
    try:
        asked: AgentQuestion = decode_as(raw, AgentQuestion)
    except Unreadable:
        return NOT_KNOWN
    if asked.stick != stick.id:
        return NOT_KNOWN
    if asked.part is not None:
        return _signed(work, AGENT_PART_TYPE, _part(work, asked.part, asked.offset))
    if stick.agent != plain(asked.running):
        stick.agent = plain(asked.running)
    return _signed(work, AGENT_OFFER_TYPE, _newest(work, asked.running))


def _newest(work: Work, running: AgentBuild) -> bytes:
    found = work.session.scalars(
        select(AgentRelease.offer)
        .where(
            AgentRelease.site_id == work.site_id,
            AgentRelease.base == running.base,
            AgentRelease.built > running.built,
        )
        .order_by(AgentRelease.built.desc(), AgentRelease.id.desc())
        .limit(1)
    ).one_or_none()
    return b"" if found is None else found


def _part(work: Work, sha256: str, offset: int) -> bytes:
    """Return bytes of a layer that was published; of nothing else that lies with the evidence."""
    known = select(AgentRelease.id).where(
        AgentRelease.site_id == work.site_id, AgentRelease.sha256 == sha256
    )
    if work.session.scalar(known) is None:
        return b""
    return work.evidence.part(sha256, offset, PART_BYTES)


def _signed(work: Work, kind: str, body: bytes) -> Accepted:
    return Accepted(status=Status.KNOWN, body=body, signature=sign(work.server_key, kind, body))


def _read(layer: Path) -> tuple[AgentBuild, bytes]:
    try:
        build: AgentBuild = decode_as(layer.with_suffix(".json").read_bytes(), AgentBuild)
        content = layer.read_bytes()
    except (OSError, Unreadable) as error:
        raise _no_agent(layer, str(error)) from error
    if not content.startswith(_SQUASHFS) or len(content) > LARGEST_BYTES:
        raise _no_agent(layer, f"squashfs <= {LARGEST_BYTES}")
    return build, content


def _no_agent(layer: Path, why: str) -> BadValue:
    return BadValue(
        Sentence(
            fr=f"{layer} n'est pas un agent de scripts/build-stick, avec son .json : {why}.",
            en=f"{layer} is no agent of scripts/build-stick, with its .json: {why}.",
        )
    )
