"""The firmware that belongs to a bus, for a fake drive."""

from rebond_agent.wipe.fake_medium import Medium
from rebond_agent.wipe.firmware_fake import FakeFirmware
from rebond_agent.wipe.firmware_fake_ata import AtaFirmware
from rebond_agent.wipe.firmware_fake_mmc import MmcFirmware
from rebond_agent.wipe.firmware_fake_nvme import NvmeFirmware
from rebond_agent.wipe.firmware_fake_scsi import ScsiFirmware
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_schemas.facts import Bus


def fake_firmware(medium: Medium, bus: Bus, faults: FirmwareFaults) -> FakeFirmware | None:
    """Return firmware for the medium, or None on a bus that has none."""
    match bus:
        case Bus.ATA:
            return AtaFirmware(medium, faults)
        case Bus.NVME:
            return NvmeFirmware(medium, faults)
        case Bus.MMC:
            return MmcFirmware(medium, faults)
        case Bus.SAS | Bus.SCSI:
            return ScsiFirmware(medium, faults)
        case _:
            return None
