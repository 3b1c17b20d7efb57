"""Drives that test themselves: pySMART's part with scripted devices, and the judgement of its lines."""

import json
from types import SimpleNamespace

import pytest
from test_checks_found import result, tools

from rebond_agent.checks import drives
from rebond_agent.checks.fake import ScriptedMachine
from rebond_agent.machine import Completed
from rebond_agent.machine.selftest import ABORTED, NEW, RUNNING, ending, run_to_end
from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind, Facts
from rebond_schemas.inspection import Result


class Device:
    """pySMART's Device as far as self-tests go, with its answers in a row."""

    def __init__(self, started, *answers):
        self.started, self.answers = started, list(answers)

    def run_selftest(self, test_type):
        assert test_type == "short"
        return self.started, "told", None

    def get_selftest_result(self):
        code, status = self.answers.pop(0)
        return code, SimpleNamespace(status=status), None


@pytest.mark.parametrize(
    ("device", "outcome"),
    [
        (Device(0, (RUNNING, ""), (RUNNING, ""), (NEW, "Completed without error")), "passed"),
        (Device(1, (RUNNING, ""), (NEW, "Completed without error")), "passed"),
        (Device(0, (NEW, "Completed: read failure")), "failed"),
        (Device(0, (NEW, "Completed: electrical failure")), "failed"),
        (Device(0, (NEW, "Fatal or unknown error")), "failed"),
        (Device(0, (ABORTED, "Aborted by host")), "aborted"),
        (Device(0, (NEW, "Interrupted (host reset)")), "aborted"),
        (Device(2), "unsupported"),
        (Device(3), "not_started"),
        (Device(0, (2, "")), "no_result"),
    ],
)
def test_a_test_is_followed_to_its_end(device, outcome):
    slept = []

    assert run_to_end(device, slept.append)[0] == outcome
    assert device.answers == []
    assert len(slept) <= 2


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("Completed", "passed"),
        ("Completed: unknown failure", "failed"),
        ("Failed in segment -->", "failed"),
        ("Aborted: Controller Reset", "aborted"),
        ("", "aborted"),
    ],
)
def test_words_of_other_logs(words, outcome):
    """SCSI says `Completed`; a completed failure is a failure."""
    assert ending(words) == outcome


def drive(path, bus=Bus.ATA, kind=DriveKind.HDD, *, boot=None):
    return Drive(path=path, identity=DriveIdentity(bus=bus), kind=kind, boot_medium=boot)


def lines(*outcomes):
    rows = [{"path": p, "outcome": o, "status": s} for p, o, s in outcomes]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def found(output, *kept, outcome="ok"):
    program = drives.PROGRAM[0]
    done = Completed(command=(program,), outcome=outcome, exit_status=0, output=output)
    machine = ScriptedMachine(programs={program: [done]})
    return machine, result("drives", tools(machine, Facts(drives=kept)))


def test_all_passed_is_a_pass():
    output = lines(("/dev/sda", "passed", "ok"), ("/dev/nvme0n1", "passed", "ok"))
    nvme = [drive(f"/dev/nvme0n{n}", Bus.NVME, DriveKind.NVME) for n in (1, 2)]
    machine, finding = found(output, drive("/dev/sda"), *nvme)

    assert finding.result is Result.PASS
    assert machine.commands == [(*drives.PROGRAM, "/dev/sda", "/dev/nvme0n1")]


def test_one_failure_fails_and_says_which():
    output = lines(("/dev/sda", "passed", "ok"), ("/dev/sdb", "failed", "Completed: read failure"))
    _, finding = found(output, drive("/dev/sda"), drive("/dev/sdb"))

    assert finding.result is Result.FAIL
    assert dict(finding.why.details)["drives"] == "sdb: Completed: read failure"


@pytest.mark.parametrize("how", ["aborted", "unsupported", "not_started", "no_result"])
def test_a_drive_without_an_answer_is_no_pass(how):
    output = lines(("/dev/sda", "passed", "ok"), ("/dev/sdb", how, "x"))
    _, finding = found(output, drive("/dev/sda"), drive("/dev/sdb"))

    assert finding.result is Result.SKIPPED
    assert dict(finding.why.details)["names"] == "sdb"


@pytest.mark.parametrize(
    "output", [b"", b"\xff\xfe garbage\n[1, 2]\n{}", lines(("/dev/sdz", "passed", ""))]
)
@pytest.mark.parametrize("outcome", ["ok", "failed", "timeout", "missing"])
def test_garbage_and_time_run_out_prove_nothing(output, outcome):
    _, finding = found(output, drive("/dev/sda"), outcome=outcome)

    assert finding.result is Result.SKIPPED


def test_what_failed_before_the_time_ran_out_has_failed():
    output = lines(("/dev/sda", "failed", "Completed: read failure"))
    _, finding = found(output, drive("/dev/sda"), drive("/dev/sdb"), outcome="timeout")

    assert finding.result is Result.FAIL


@pytest.mark.parametrize(
    "one",
    [
        drive("/dev/sda", Bus.USB, DriveKind.USB),
        drive("/dev/mmcblk0", Bus.MMC, DriveKind.EMMC),
        drive("/dev/vda", Bus.VIRTIO, DriveKind.VIRTUAL),
        drive("/dev/sr0", Bus.ATA, DriveKind.OPTICAL),
        drive("/dev/sdb", boot=True),
    ],
    ids=lambda one: one.path,
)
def test_what_knows_no_self_test_is_not_asked(one):
    machine, finding = found(b"", one)

    assert finding.result is Result.SKIPPED
    assert machine.commands == []
