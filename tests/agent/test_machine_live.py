"""The door to programs: time limits, process groups, a clean environment, and no shell."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from rebond_agent.machine import OUTPUT_LIMIT, Library
from rebond_agent.machine.live import LiveMachine, allowed, busy_seconds


@pytest.fixture
def machine():
    return LiveMachine()


def test_a_missing_program_is_not_a_failed_one(machine):
    assert machine.run(["no-such-program-here"]).outcome == "missing"
    failed = machine.run(["false"])
    assert (failed.outcome, failed.exit_status) == ("failed", 1)
    assert machine.run(["true"]).outcome == "ok"


def test_output_errors_and_status_are_kept_apart(machine):
    said = machine.run(["sh", "-c", "echo out; echo err >&2; exit 4"])

    assert (said.output, said.errors, said.exit_status) == (b"out\n", b"err\n", 4)


def test_arguments_meet_no_shell(machine):
    assert machine.run(["echo", "$HOME; ls *"]).output == b"$HOME; ls *\n"


def test_programs_speak_english_and_see_sbin(machine):
    seen = machine.run(["env"]).text

    assert "LC_ALL=C" in seen
    assert "/usr/sbin" in seen
    assert "PYTHON" not in seen


def test_standard_input_is_closed(machine):
    assert machine.run(["cat"], time_limit=2).outcome == "ok"


def test_a_hanging_program_is_stopped_with_its_children(machine, tmp_path):
    pids = tmp_path / "pids"
    script = f"sleep 60 & echo $! >{pids}; echo $$ >>{pids}; wait"
    started = time.monotonic()

    said = machine.run(["sh", "-c", script], time_limit=0.5)

    assert said.outcome == "timeout"
    assert time.monotonic() - started < 3
    for pid in pids.read_text().split():
        assert _gone(int(pid)), "a child outlived its group"


def test_a_program_that_ended_is_not_held_up_by_its_child(machine):
    said = machine.run(["sh", "-c", "sleep 60 & echo done"], time_limit=0.5)

    assert (said.outcome, said.output) == ("ok", b"done\n")


def test_computing_is_not_waiting_for_a_drive(machine):
    computed = time.thread_time()
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        assert computed / 2 < busy_seconds(os.getpid())
        assert busy_seconds(sleeping.pid) < 50
        sleeping.kill()
    assert busy_seconds(sleeping.pid) == 0, "it is no more"
    assert allowed(5, busy=0) == 5, "all of it was waiting"
    assert allowed(5, busy=3) == 8
    assert allowed(5, busy=99) == 20, "nothing computes for ever"
    assert machine.run(["sh", "-c", "while :; do :; done"], time_limit=0.1).outcome == "timeout"


def test_endless_output_is_cut(machine):
    said = machine.run(["yes"], time_limit=0.3)

    assert said.outcome == "timeout"
    assert len(said.output) == OUTPUT_LIMIT


def test_reading_never_hangs_and_never_raises(machine, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    assert machine.read(str(tmp_path / "nothing")) is None
    assert machine.read(str(tmp_path)) is None
    assert machine.read(str(pipe)) in (b"", None)
    assert machine.read("\0") is None
    assert machine.names("\0") == ()
    assert machine.names(str(tmp_path)) == ("pipe",)


def test_libraries_answer_in_plain_values(machine):
    assert machine.ask(Library.USABLE_MEMORY) > 2**26
    cpuinfo = machine.ask(Library.CPUINFO)
    assert cpuinfo is None or isinstance(cpuinfo["count"], int)
    devices = machine.ask(Library.UDEV)
    assert devices is None or all(
        {"subsystem", "name", "properties"} == set(one) for one in devices
    )
    drives = machine.ask(Library.SMART_DEVICES)
    assert drives is None or isinstance(drives, list)


def _gone(pid: int) -> bool:
    for _ in range(20):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            return True  # dead; its new parent has not yet collected it
        time.sleep(0.1)
    return False
