"""TCG Opal: a locked drive is told as such, and its PSID opens it; what is claimed is what follows."""

import pytest
from test_wipe_firmware import ATA, NVME, Wiped

from rebond_agent.wipe.firmware_faults import FirmwareFaults
from rebond_agent.wipe.guard import Policy
from rebond_agent.wipe.reasons import Reason
from rebond_schemas.erasure import Ending, Method

PSID = FirmwareFaults().psid


@pytest.mark.parametrize("where", [ATA, NVME], ids=str)
def test_a_locked_drive_is_not_touched_and_asks_for_its_psid(where):
    wiped = Wiped(where, opal="locked")

    assert (wiped.outcome.ending, wiped.outcome.reason) == (Ending.REFUSED, Reason.OPAL_LOCKED)
    assert "PSID" in wiped.outcome.sentence.fr
    assert wiped.left


@pytest.mark.parametrize("where", [ATA, NVME], ids=str)
def test_the_psid_opens_it_and_the_medium_is_erased_as_ever(where):
    wiped = Wiped(where, Policy(psid=PSID), opal="locked")

    assert wiped.outcome.ending is Ending.COMPLETED, wiped.outcome.sentence
    assert wiped.method in {Method.ATA_SANITIZE_BLOCK, Method.NVME_SANITIZE_BLOCK}
    assert [one.status for one in wiped.said("opal-psid-revert")] == ["ok"]
    assert not wiped.left


def test_the_psid_itself_is_in_no_statement():
    wiped = Wiped(ATA, Policy(psid=PSID), opal="locked")

    assert all(one.sent == "" for one in wiped.said("opal-psid-revert"))


def test_a_wrong_psid_is_refused_before_anything_happens():
    wiped = Wiped(ATA, Policy(psid="0" * 32), opal="locked")

    assert (wiped.outcome.ending, wiped.outcome.reason) == (Ending.REFUSED, Reason.PSID_REFUSED)
    assert wiped.left


def test_a_revert_that_changes_nothing_is_found_out():
    wiped = Wiped(ATA, Policy(psid=PSID), opal="locked", psid_keeps=True)

    assert wiped.outcome.reason is Reason.OPAL_LOCKED
    assert wiped.outcome.ending is not Ending.COMPLETED


def test_an_open_opal_drive_is_erased_as_ever():
    wiped = Wiped(ATA, opal="open")

    assert wiped.outcome.ending is Ending.COMPLETED
    assert wiped.said("opal-psid-revert") == []
