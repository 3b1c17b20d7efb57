"""eMMC: secure erase where it is safe, sanitize, and what is told when neither is to be had."""

import pytest
from test_wipe_firmware import CONTENT, Wiped, drive_facts, without

from rebond_agent.wipe import mmc
from rebond_agent.wipe.conversation import Conversation
from rebond_agent.wipe.fake_medium import memory_medium
from rebond_agent.wipe.firmware_fake_mmc import MmcFirmware
from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.method import Came
from rebond_agent.wipe.method_mmc import secure_erase
from rebond_agent.wipe.plan import make_plan
from rebond_agent.wipe.reasons import Reason, Refusal
from rebond_schemas.erasure import Ending, Level, Method
from rebond_schemas.facts import Bus, DriveKind

EMMC = (Bus.MMC, DriveKind.EMMC)


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
