"""eMMC: secure erase where it is safe, sanitize, and what is told when neither is to be had."""

import pytest
from msgspec.structs import replace
from test_wipe_firmware import CONTENT, Wiped, drive_facts, without

from rebond_agent.wipe import mmc
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.crew_here import InThisProcess
from rebond_agent.wipe.engine import erase
from rebond_agent.wipe.fake import FakeDrive
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.faults import Faults
from rebond_agent.wipe.firmware_fake_mmc import MmcFirmware
from rebond_agent.wipe.firmware_faults import EVERYTHING, FirmwareFaults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.method import Came
from rebond_agent.wipe.method_mmc import secure_erase
from rebond_agent.wipe.plan import make_plan
from rebond_agent.wipe.reasons import Reason, Refusal
from rebond_schemas.erasure import Ending, Level, Method
from rebond_schemas.facts import Bus, DriveKind

EMMC = (Bus.MMC, DriveKind.EMMC)
SOUND, PROTECTED = Faults(), Faults(fail_writes=tuple(range(1, 99)), error="EPERM")


def test_a_card_sanitizes_what_it_gave_up():
    wiped = Wiped(EMMC)

    assert (wiped.outcome.ending, wiped.method) == (Ending.COMPLETED, Method.MMC_SANITIZE)
    assert not wiped.left
    assert [c.sent for p in wiped.outcome.passes for c in p.commands] == [
        "0800000000", "2600000001", "0603a50101", "0d00010000",
    ]  # fmt: skip


def test_without_sanitize_it_erases_securely_and_without_both_it_is_overwritten():
    second, third = Wiped(EMMC, offers=without("mmc_sanitize")), Wiped(EMMC, offers=())

    assert (second.method, third.method) == (Method.MMC_SECURE_ERASE, Method.OVERWRITE_AES_CTR)
    assert second.outcome.ending is third.outcome.ending is Ending.COMPLETED
    assert not second.left
    assert not third.left


@pytest.mark.parametrize(
    "traits",
    [
        {"lies": True},
        {"sleeps": True},
        {"fails": True},
        {"swallows": "all"},
        {"swallows": "erasures"},
        {"refuses": ("mmc_sanitize",)},
        {"hang_at": 3},
        {"vanish_at": 2},
    ],
    ids=str,
)
def test_a_card_that_keeps_its_content_is_never_completed(traits):
    wiped = Wiped(EMMC, **traits)

    assert wiped.outcome.ending is not Ending.COMPLETED or not wiped.left


@pytest.mark.parametrize("model", mmc.SECURE_ERASE_BREAKS)
def test_cards_that_a_secure_erase_would_kill_are_never_asked(model):
    firmware = MmcFirmware(memory_medium(bytearray(CONTENT)), FirmwareFaults())
    result = secure_erase(Conversation(firmware), model, len(CONTENT))

    assert (result.came, result.reason) == (Came.REFUSED, Reason.NOT_OFFERED)
    assert firmware.erased == 0


def test_no_purge_is_promised_for_an_emmc():
    drive = drive_facts("card", *EMMC)
    refused = make_plan(drive, Policy(level=Level.PURGE))

    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.LEVEL_OUT_OF_REACH


def test_a_status_with_an_error_is_not_idle():
    assert mmc.idle(0x0900)
    assert not mmc.idle(0x0980)
    assert not mmc.idle(0x0E00)
    assert not mmc.idle(0)


def with_boot_partitions(faults=(SOUND, SOUND), names=("card", "card"), offers=EVERYTHING):
    """Erase a card with two boot partitions; return what is left in them, and the outcome."""
    card = memory_medium(bytearray(CONTENT), name="card")
    card.firmware = MmcFirmware(card, FirmwareFaults(offers=offers))
    boots = {}
    for number, (fault, name) in enumerate(zip(faults, names, strict=True)):
        boot = memory_medium(bytearray(CONTENT[: 16 * 4096]), fault, name)
        boot.firmware = MmcFirmware(boot, FirmwareFaults())
        boots[f"/dev/mmcblk0boot{number}"] = boot
    drive = replace(drive_facts("card", *EMMC), boot_partitions=tuple(boots))
    plan = make_plan(drive, Policy())
    beside = {path: lambda boot=boot: FakeDrive(boot) for path, boot in boots.items()}
    crew = InThisProcess(lambda: FakeDrive(card), chunk_bytes=16384, beside=beside)
    *_, outcome = erase(plan, crew, record_intent=lambda: None)
    return [any(boot.truth) for boot in boots.values()], outcome


@pytest.mark.parametrize("offers", [EVERYTHING, ()], ids=["by itself", "overwritten"])
def test_boot_partitions_are_zeroed_and_read_back(offers):
    left, outcome = with_boot_partitions(offers=offers)

    assert outcome.ending is Ending.COMPLETED
    assert left == [False, False]
    assert [(one.area, one.action) for one in outcome.passes if one.area] == [
        ("mmcblk0boot0", "write"),
        ("mmcblk0boot0", "read_back"),
        ("mmcblk0boot1", "write"),
        ("mmcblk0boot1", "read_back"),
    ]


def test_a_protected_boot_partition_is_told_and_costs_nothing_else():
    left, outcome = with_boot_partitions((PROTECTED, SOUND))

    assert outcome.ending is Ending.COMPLETED
    assert left == [True, False]
    first = next(one for one in outcome.passes if one.area == "mmcblk0boot0")
    assert first.fault_count == 1
    assert not first.complete


def test_another_card_s_boot_partition_is_left_alone():
    left, outcome = with_boot_partitions(names=("another", "card"))

    assert left == [True, False]
    assert {one.area for one in outcome.passes if one.area} == {"mmcblk0boot1"}
