"""A plan that lets the drive erase itself survives the stick and comes back whole."""

from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.plan import Plan, make_plan
from rebond_schemas.codec import decode_as, encode
from rebond_schemas.erasure import Method
from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind


def test_the_plan_of_an_intent_keeps_methods_fallback_and_password():
    drive = Drive(
        path="/dev/sda",
        identity=DriveIdentity(model="SSD", serial="S1", size_bytes=10**9, bus=Bus.ATA),
        kind=DriveKind.SSD,
        removable=False,
        read_only=False,
        boot_medium=False,
    )
    plan = make_plan(drive, Policy())

    kept = decode_as(encode(plan), Plan)

    assert kept == plan
    assert kept.ata_password == "Rebond"
    assert kept.fallback.method is Method.OVERWRITE_AES_CTR
