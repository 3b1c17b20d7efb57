"""Nothing is erased unless everything about the drive is known and in order."""

import re

import msgspec
import pytest

from rebond_agent.wipe.guard import Allowed, Policy, allow
from rebond_agent.wipe.layer import Layer, canary_places, layer_bytes
from rebond_agent.wipe.plan import WAYS, Plan, make_plan
from rebond_agent.wipe.reasons import SENTENCES, Reason, Refusal
from rebond_schemas.erasure import HiddenArea, Level, Method
from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind
from rebond_schemas.smart import Smart

HDD = Drive(
    path="/dev/sda",
    identity=DriveIdentity(
        model="ST500DM002", serial="Z3T0ABCD", size_bytes=500_107_862_016, bus=Bus.ATA
    ),
    kind=DriveKind.HDD,
    native_size_bytes=500_107_862_016,
    removable=False,
    read_only=False,
    boot_medium=False,
)


def with_(drive=HDD, **changes):
    return msgspec.structs.replace(drive, **changes)


def with_identity(**changes):
    return with_(identity=msgspec.structs.replace(HDD.identity, **changes))


def test_a_known_idle_internal_drive_is_allowed():
    assert allow(HDD, Policy()) == Allowed(size_bytes=500_107_862_016)


@pytest.mark.parametrize(
    ("drive", "reason"),
    [
        (with_(boot_medium=True), Reason.BOOT_MEDIUM),
        (with_(boot_medium=None), Reason.BOOT_MEDIUM_UNKNOWN),
        (with_(holders=("vg0-root",)), Reason.HELD),
        (with_(read_only=True), Reason.READ_ONLY),
        (with_(read_only=None), Reason.READ_ONLY),
        (with_(removable=True), Reason.REMOVABLE_NOT_CHOSEN),
        (with_(removable=None), Reason.REMOVABLE_NOT_CHOSEN),
        (with_identity(bus=Bus.RAID), Reason.BEHIND_RAID),
        (with_(security=("supported", "locked")), Reason.LOCKED),
        (with_(kind=DriveKind.OPTICAL), Reason.NOT_A_DRIVE),
        (with_(kind=DriveKind.UNKNOWN), Reason.KIND_UNKNOWN),
        (with_identity(serial=None, wwn=None), Reason.NO_IDENTITY),
        (with_identity(size_bytes=None), Reason.SIZE_UNKNOWN),
        (with_identity(size_bytes=0), Reason.SIZE_UNKNOWN),
    ],
)
def test_each_doubt_refuses_with_its_reason(drive, reason):
    refusal = make_plan(drive, Policy())

    assert isinstance(refusal, Refusal)
    assert refusal.reason is reason
    assert refusal.sentence.fr
    assert refusal.sentence.en


def test_a_failed_probe_refuses_the_drive():
    refusal = allow(HDD, Policy(), failed_probes={"drives"})

    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.PROBE_FAILED
    assert "drives" in refusal.sentence.fr


def test_a_removable_drive_is_erased_only_when_it_was_named():
    stick = with_(kind=DriveKind.USB, removable=True)

    assert isinstance(allow(stick, Policy(chosen=("/dev/sda",))), Allowed)
    assert isinstance(allow(stick, Policy(chosen=("/dev/sdb",))), Refusal)


def test_being_named_never_opens_the_boot_medium():
    stick = with_(kind=DriveKind.USB, removable=True, boot_medium=True)

    assert isinstance(allow(stick, Policy(chosen=("/dev/sda",))), Refusal)


def test_every_reason_has_both_sentences():
    assert set(SENTENCES) == set(Reason)


@pytest.mark.parametrize("reason", list(Reason), ids=str)
def test_every_reason_ends_in_the_next_thing_to_try(reason):
    """One French sentence: what is wrong, a colon, and what to do, to somebody one says vous to."""
    said = SENTENCES[reason].fr
    what, colon, then = said.partition(" : ")

    assert what
    assert colon
    assert said.count(".") == 1
    assert said.endswith(".")
    assert re.search(r"\b\w+(ez|tes)\b", then), said


def test_a_hard_disk_gets_zeros_behind_canaries():
    plan = make_plan(HDD, Policy())

    assert isinstance(plan, Plan)
    assert (plan.method, plan.level) == (Method.OVERWRITE_ZERO, Level.CLEAR)
    assert [(one.places, one.pattern) for one in plan.layers] == [
        ("canaries", "aes_256_ctr"),
        ("whole", "zeros"),
    ]
    assert plan.hidden_area is HiddenArea.NONE
    assert plan.limits == ()


@pytest.mark.parametrize("kind", [DriveKind.SSD, DriveKind.NVME, DriveKind.EMMC, DriveKind.USB])
def test_flash_gets_incompressible_data_first_and_says_what_it_leaves(kind):
    plan = make_plan(with_(kind=kind), Policy(firmware=False))

    assert isinstance(plan, Plan)
    assert plan.method is Method.OVERWRITE_AES_CTR
    assert [(one.places, one.pattern) for one in plan.layers] == [
        ("whole", "aes_256_ctr"),
        ("whole", "zeros"),
    ]
    assert "over_provisioning" in [limit.key for limit in plan.limits]


@pytest.mark.parametrize("kind", list(DriveKind))
def test_no_plan_pretends_to_purge(kind):
    """An overwrite by the host is a Clear on every medium (NIST SP 800-88, IEEE 2883)."""
    refusal = make_plan(with_(kind=kind), Policy(level=Level.PURGE, firmware=False))

    assert isinstance(refusal, Refusal)
    assert all(way.level is Level.CLEAR for way in WAYS[kind])


def test_reallocated_sectors_and_hidden_areas_are_named():
    drive = with_(smart=Smart(reallocated=8), native_size_bytes=None)
    plan = make_plan(drive, Policy())

    assert isinstance(plan, Plan)
    assert plan.hidden_area is HiddenArea.UNKNOWN
    assert [limit.key for limit in plan.limits] == ["reallocated", "hidden_area_unknown"]


def test_a_larger_native_size_is_a_hidden_area():
    plan = make_plan(with_(native_size_bytes=500_107_862_016 + 512), Policy())

    assert isinstance(plan, Plan)
    assert plan.hidden_area is HiddenArea.PRESENT


@pytest.mark.parametrize("mib", [1, 3, 7, 100, 511])
def test_canaries_meet_for_every_capacity_that_a_fake_drive_may_have(mib):
    """On 1 GiB (4 KiB places): two places fall on each other, whatever the true capacity."""
    places = canary_places(1 << 30, 4096)
    true = mib << 20

    assert len({place % true for place in places}) < len(places)


def test_canaries_stay_few_on_large_drives():
    layer = Layer(places="canaries", pattern="aes_256_ctr")

    assert layer_bytes(layer, 20 * 10**12, 512) < 8 << 20
