"""What a drive says it can erase, and whether it hides a part of itself. Texts written by hand."""

import pytest

from rebond_agent.probes.abilities import parse_controller, parse_hdparm
from rebond_schemas.facts import Bus, DriveIdentity
from rebond_schemas.facts import Drive as DriveFacts

IDENTIFY = """
/dev/sda:
 max sectors   = {sectors}, {state}

ATA device, with non-removable media
\tModel Number:       Samsung SSD 860 EVO 250GB
Commands/features:
\tEnabled\tSupported:
\t   *\tSMART feature set
\t   {star}\tSANITIZE feature set
\t   {star}\tCRYPTO_SCRAMBLE_EXT command
\t   {star}\tBLOCK_ERASE_EXT command
"""
ABLE = ("ata_sanitize_crypto", "ata_sanitize_block")
CASES = {
    "whole": (("1000/1000", "HPA is disabled", "*"), (ABLE, 512_000)),
    "hidden": (("900/1000", "HPA is enabled", "*"), (ABLE, 512_000)),
    "newer": (("1000/1000", "ACCESSIBLE MAX ADDRESS disabled", " "), ((), 512_000)),
    "misread": (("1000/1", "HPA setting seems invalid", " "), ((), None)),
    "smaller than visible": (("1000/999", "HPA is enabled", " "), ((), None)),
}


@pytest.mark.parametrize(("said", "expected"), CASES.values(), ids=CASES)
def test_hdparm(said, expected):
    text = IDENTIFY.format(**dict(zip(("sectors", "state", "star"), said, strict=True)))
    found = parse_hdparm(text, 512)

    assert (found.methods, found.native_size_bytes) == expected


def test_a_drive_that_is_not_asked_says_nothing():
    found = parse_hdparm("/dev/sda: Permission denied", 512)

    assert (found.methods, found.native_size_bytes) == (None, None)


CONTROLLERS = {
    "everything": (
        {"oacs": 0b10, "fna": 0b100, "sanicap": 0b111},
        {
            "nvme_sanitize_crypto",
            "nvme_sanitize_block",
            "nvme_sanitize_overwrite",
            "nvme_format_user",
            "nvme_format_crypto",
        },
    ),
    "format only": ({"oacs": 0b10, "fna": 0, "sanicap": 0}, {"nvme_format_user"}),
    "crypto without format": ({"oacs": 0, "fna": 0b100}, set()),
}


@pytest.mark.parametrize(("told", "expected"), CONTROLLERS.values(), ids=CONTROLLERS)
def test_nvme_controller(told, expected):
    assert set(parse_controller(told)) == expected


@pytest.mark.parametrize("told", [None, [], {}, {"oacs": "x"}])
def test_a_controller_that_does_not_tell(told):
    assert parse_controller(told) is None


def test_the_names_fit_the_facts():
    methods = parse_controller({"oacs": 2, "fna": 4, "sanicap": 7})
    drive = DriveFacts(
        path="/dev/nvme0n1", identity=DriveIdentity(bus=Bus.NVME), capabilities=methods
    )
    assert drive.capabilities == methods
