"""Scratch images in the place of drives, sound or with a fault, to show what an erasure does."""

import re
from collections.abc import Sequence
from pathlib import Path

from rebond_agent.erasing import Chosen
from rebond_agent.errors import BadFault, ImageMissing
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.target import FakeTarget, ImageTarget, scratch_facts
from rebond_schemas.erasure import Extent

_unreadable = re.compile(r"unreadable=([0-9]{1,15})\+([1-9][0-9]{0,14})")


def scratch_drives(images: Sequence[Path], faults: Sequence[str]) -> tuple[Chosen, ...]:
    """Return the images as drives; raise ImageMissing or BadFault."""
    places = [_place(image) for image in images]
    asked = [_named(spec, places) for spec in faults]
    return tuple(_drive(place, [fault for name, fault in asked if name in {None, place}])
                 for place in places)  # fmt: skip


def _place(image: Path) -> Path:
    if not image.is_file():
        raise ImageMissing(path=image)
    return image.resolve()


def _named(spec: str, places: Sequence[Path]) -> tuple[Path | None, str]:
    """Split IMAGE:FAULT; without an image in front the fault is everybody's."""
    name, colon, fault = spec.rpartition(":")
    if fault != "drop-writes" and not _unreadable.fullmatch(fault):
        raise BadFault(spec=spec)
    if not colon:
        return None, fault
    for place in places:
        if name == place.name or Path(name).resolve() == place:
            return place, fault
    raise BadFault(spec=spec)


def _drive(place: Path, faults: Sequence[str]) -> Chosen:
    if not faults:
        sound = ImageTarget(path=str(place))
        return Chosen(drive=scratch_facts(sound), target=sound)
    spans = [match for fault in faults if (match := _unreadable.fullmatch(fault))]
    broken = FakeTarget(
        path=str(place),
        faults=Faults(
            drop_writes="drop-writes" in faults,
            unreadable=tuple(Extent(start=int(one[1]), length=int(one[2])) for one in spans),
        ),
    )
    return Chosen(drive=scratch_facts(broken), target=broken)
