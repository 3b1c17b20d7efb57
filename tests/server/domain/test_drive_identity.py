"""A drive is known by what it says of itself, however each program spells it."""

import pytest
from erasures import HDD, IDENTITY
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rebond_schemas.facts import DriveIdentity
from rebond_server.domain.drive_identity import drive_key, find_drive, same_drive
from rebond_server.domain.placeholder import meaningful, meaningful_mac

SAME = {
    "prefix": replace(IDENTITY, wwn="naa.5000C500AA11BB22"),
    "no WWN": replace(IDENTITY, wwn=None),
    "maker in front": replace(IDENTITY, model="Seagate ST500LT012-1DG142", wwn=None),
    "cut by SCSI": replace(IDENTITY, model="ST500LT012-1DG14", wwn=None),
    "spaces": replace(IDENTITY, serial="  W3P1B7QX ", wwn=None),
    "only WWN": DriveIdentity(wwn=IDENTITY.wwn),
}
OTHER = {
    "serial": replace(IDENTITY, serial="W3P1B7QY"),
    "wwn": replace(IDENTITY, wwn="0x5000c500aa11bb23"),
    "model": replace(IDENTITY, model="WDC WD5000LPVX"),
    "namespace": replace(IDENTITY, namespace=2),
    "serial alone": DriveIdentity(serial=IDENTITY.serial),
    "model alone": DriveIdentity(model=IDENTITY.model),
    "nothing": DriveIdentity(),
    "zeros": DriveIdentity(wwn="0x0000000000000000", serial="00000000", model=IDENTITY.model),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME)
def test_the_same_drive(other):
    assert same_drive(IDENTITY, other)
    assert same_drive(other, IDENTITY)
    assert find_drive(other, [HDD]) is HDD


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_another_drive(other):
    assert not same_drive(IDENTITY, other)
    assert not same_drive(other, IDENTITY)
    assert find_drive(other, [HDD]) is None


def test_two_of_a_name_are_nobody():
    assert find_drive(IDENTITY, [HDD, HDD]) is None


@pytest.mark.parametrize(
    "text",
    ["To Be Filled By O.E.M.", "System Product Name", "0000-0000", "Default string", "N/A", "XXXX",
     "123456789", "03000200-0400-0500-0006-000700080009", "FFFFFFFF", "", None, " . ", "Not Specified",
     "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "None", "0x0000", "INVALID"],
)  # fmt: skip
def test_what_a_factory_forgot_to_fill_in_names_nothing(text):
    assert meaningful(text) is None


@pytest.mark.parametrize("text", ["5CG7412M2K", "PF0XYZ12", "W3P1B7QX", "QM00001", "801-131"])
def test_a_serial_number_names_something(text):
    assert meaningful(text) is not None


@pytest.mark.parametrize(
    "mac", ["00:00:00:00:00:00", "02:42:ac:11:00:02", "ff:ff:ff:ff:ff:ff", "x"]
)
def test_a_made_up_hardware_address_names_nothing(mac):
    assert meaningful_mac(mac) is None


text = st.sampled_from([None, "", "0", "A1B2C3", "D4E5F6", "ST500LT012-1DG142", "WDC WD5000LPVX"])
identities = st.builds(DriveIdentity, model=text, serial=text, wwn=text)


@given(identities, identities)
def test_sameness_is_symmetric_and_needs_a_key(one, other):
    assert same_drive(one, other) == same_drive(other, one)
    assert same_drive(one, one) == (drive_key(one) is not None)
    if drive_key(one) is None:
        assert not same_drive(one, other)
