"""Which drive to open: a value that another process can receive."""

from pathlib import Path
from typing import assert_never

import msgspec
from msgspec import Struct

from rebond_agent.wipe.drive import Drive
from rebond_agent.wipe.fake import FakeDrive, fake_identity
from rebond_agent.wipe.fake_medium import file_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.firmware_fakes import fake_firmware
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.image import ImageDrive, image_facts
from rebond_agent.wipe.linux import BlockDrive
from rebond_schemas import facts
from rebond_schemas.facts import Bus


class BlockTarget(Struct, frozen=True, kw_only=True, tag="block"):
    """A block device of this computer."""

    path: str


class ImageTarget(Struct, frozen=True, kw_only=True, tag="image"):
    """A plain image file."""

    path: str


class FakeTarget(Struct, frozen=True, kw_only=True, tag="fake"):
    """An image file behind a drive with faults."""

    path: str
    faults: Faults = Faults()
    bus: Bus = Bus.FILE
    """ATA, NVMe and SAS have firmware of their own, with faults of its own."""
    firmware: FirmwareFaults = FirmwareFaults()


Target = BlockTarget | ImageTarget | FakeTarget


def open_target(target: Target, *, read_only: bool = False) -> Drive:
    """Open the drive, for us alone unless it is only read; OSError when that is refused."""
    match target:
        case BlockTarget():
            return BlockDrive(target.path, read_only=read_only)
        case ImageTarget():
            return ImageDrive(target.path, read_only=read_only)
        case FakeTarget():
            medium = file_medium(target.path, target.faults)
            medium.firmware = fake_firmware(medium, target.bus, target.firmware)
            return FakeDrive(medium, read_only=read_only)
        case _:
            assert_never(target)


def scratch_facts(target: ImageTarget | FakeTarget) -> facts.Drive:
    """Return what an inventory would say of a scratch image; OSError when the file is missing."""
    seen = image_facts(Path(target.path))
    match target:
        case ImageTarget():
            return seen
        case FakeTarget():
            size = seen.identity.size_bytes or 0
            return msgspec.structs.replace(
                seen, identity=fake_identity(target.path, size, bus=target.bus)
            )
        case _:
            assert_never(target)
