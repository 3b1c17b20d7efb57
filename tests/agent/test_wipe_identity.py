"""The drive that is open is the one of the report, however its names are spelled."""

import pytest

from rebond_agent.wipe.identity import difference
from rebond_schemas.facts import DriveIdentity

REPORTED = DriveIdentity(
    model="Samsung SSD 860 EVO 1TB", serial="S3Z8NB0K123456A", wwn="0x5002538e40123456"
)


@pytest.mark.parametrize(
    "seen",
    [
        DriveIdentity(
            model="Samsung SSD 860", serial="S3Z8NB0K123456A", wwn="naa.5002538e40123456"
        ),
        DriveIdentity(model="Samsung_SSD_860_EVO_1TB", serial="  S3Z8NB0K123456A ", wwn=None),
        DriveIdentity(model="ATA Samsung SSD 860 EVO 1TB", serial=None, wwn="5002538E40123456"),
        DriveIdentity(model=None, serial="S3Z8NB0K123456A", wwn="t10.ATA     Samsung SSD 860 EVO"),
    ],
    ids=["sysfs cuts the model", "udev underscores", "vendor in front", "made-up WWN"],
)
def test_the_same_drive_in_another_spelling(seen):
    assert difference(REPORTED, seen) is None


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        (DriveIdentity(model=REPORTED.model, serial="S3Z8NB0K999999B"), "serial"),
        (DriveIdentity(serial=REPORTED.serial, wwn="naa.5002538e40ffffff"), "WWN"),
        (DriveIdentity(model="ST500DM002", serial=REPORTED.serial), "model"),
        (DriveIdentity(model=REPORTED.model), "neither"),
        (DriveIdentity(), "neither"),
    ],
)
def test_another_drive_or_an_unnamed_one(seen, what):
    assert what in difference(REPORTED, seen)


def test_two_namespaces_of_one_drive_are_two():
    first = DriveIdentity(serial="S4EV", namespace=1)

    assert "namespace" in difference(first, DriveIdentity(serial="S4EV", namespace=2))


def test_a_clone_of_the_wwn_is_told_apart_by_its_serial():
    """Cheap drives share one WWN."""
    assert "serial" in difference(
        DriveIdentity(wwn="0x5000000000000001", serial="A"),
        DriveIdentity(wwn="0x5000000000000001", serial="B"),
    )
