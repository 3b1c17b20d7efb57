"""Asset tags: each is given once and never again. Labels may be printed before their device comes."""

from sqlalchemy import or_, select

from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue
from rebond_server.operations.history import tell
from rebond_server.operations.work import Work
from rebond_server.store.database import take_turns
from rebond_server.store.device import Device
from rebond_server.store.ids import uuid7
from rebond_server.store.intake import AssetTag
from rebond_server.store.people import Site

PRINT_LABELS = "print_labels"
MOST_LABELS = 500
"""Labels of one order: about eight sheets."""


def in_turn(work: Work) -> None:
    """Let only one transaction of a workshop make devices and tags, sticks' statements included."""
    take_turns(work.session, f"statements {work.site_id}")


def next_tag(work: Work) -> str:
    """Return a tag that no device and no label has ever had; call it inside the turn."""
    site = work.session.get_one(Site, work.site_id, populate_existing=True)
    while True:
        site.tags += 1
        work.session.flush()
        tag = f"RB-{site.tags:06}"
        if not _known(work, tag):
            return tag


def tags_given(work: Work) -> int:
    """Return the last number given to a tag."""
    return work.session.get_one(Site, work.site_id).tags


def is_free(work: Work, tag: str) -> bool:
    """Say whether no device carries or carried this tag; a label that waits for its device is free."""
    taken = select(Device.id).where(Device.site_id == work.site_id, Device.tag == tag)
    label = _printed(work, tag)
    worn = label is not None and label.device_id is not None
    return not worn and work.session.scalar(taken) is None


def print_labels(work: Work, count: int) -> tuple[str, ...]:
    """Set tags aside for labels that are printed now and claimed when their device comes."""
    work.require(Permission.RECEIVE_DEVICE)
    if not 1 <= count <= MOST_LABELS:
        raise BadValue(
            Sentence(
                fr=f"De 1 à {MOST_LABELS} étiquettes à la fois.",
                en=f"From 1 to {MOST_LABELS} labels at a time.",
            )
        )
    in_turn(work)
    tags = tuple(next_tag(work) for _ in range(count))
    work.session.add_all(
        AssetTag(site_id=work.site_id, id=uuid7(work.now), tag=tag, printed=work.now)
        for tag in tags
    )
    work.session.flush()
    given: dict[str, object] = {"tags": tags_given(work)}
    tell(work, PRINT_LABELS, ("site", work.site_id), old=tags[0], new=tags[-1], details=given)
    return tags


def claim(work: Work, device: Device) -> None:
    """Note that a printed label has found its device."""
    label = _printed(work, device.tag)
    if label is not None and label.device_id is None:
        label.device_id, label.claimed = device.id, work.now


def wear(work: Work, device: Device, tag: str | None) -> None:
    """Let a label that was scanned at a machine we know lead to it, beside the tag it has."""
    if tag is None or tag == device.tag or not is_free(work, tag):
        return
    label = _printed(work, tag) or AssetTag(site_id=work.site_id, id=uuid7(work.now), tag=tag)
    label.device_id, label.claimed = device.id, work.now
    work.session.add(label)
    work.session.flush()
    tell(work, "wear_label", ("device", device.id), old=device.tag, new=tag)


def _known(work: Work, tag: str) -> bool:
    """Say whether a device or a label has this tag."""
    device = select(Device.id).where(Device.site_id == work.site_id, Device.tag == tag)
    label = select(AssetTag.id).where(AssetTag.site_id == work.site_id, AssetTag.tag == tag)
    return bool(work.session.scalar(select(or_(device.exists(), label.exists()))))


def _printed(work: Work, tag: str) -> AssetTag | None:
    return work.session.scalars(
        select(AssetTag).where(AssetTag.site_id == work.site_id, AssetTag.tag == tag)
    ).one_or_none()
