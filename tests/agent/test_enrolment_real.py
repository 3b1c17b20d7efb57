"""Enrolment, revocation and a byte copy against a real server process, with real agents (Show 6)."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from workshop_server import WorkshopServer

from rebond_server.config import read_config
from rebond_server.domain.role import Role
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.issue_enrolment_code import SELECTOR, TRIES
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.operations.workshop import open_workshop
from rebond_server.store.stick import Stick

MACHINES = Path(__file__).parents[1] / "machines"
ONE_PC, ANOTHER_PC = "lenovo-thinkpad-x270-nvme", "dell-latitude-e7450-sata"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with WorkshopServer(tmp_path_factory.mktemp("workshop")) as running:
        yield running


@pytest.fixture
def workshop(server):
    opened = open_workshop(read_config(server._environment))
    yield opened
    opened.close()


def agent(folder, *words):
    command = [sys.executable, "-m", "rebond_agent", "--lang", "en", "--stick", folder, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def enrol(server, folder, code):
    return agent(folder, "enrol", f"https://127.0.0.1:{server.port}", code, "--name", folder.name)


def known(server, folder):
    """Return a stick that this server knows by its own address."""
    done = enrol(server, folder, server.rebond("enrol-code").split()[0])
    assert done.returncode == 0, done.stderr
    return folder


def told(folder):
    return json.loads((folder / "settings.json").read_bytes())


def row(workshop, folder):
    with workshop.work(NOBODY, datetime.now(UTC), reading=True) as work:
        return work.session.scalars(
            select(Stick).where(Stick.id == UUID(told(folder)["stick"]))
        ).one()


def test_five_wrong_codes_lock_that_code_only(server, tmp_path):
    code, other = (server.rebond("enrol-code").split()[0] for _ in range(2))
    wrong = code[:SELECTOR] + "".join("3" if sign == "2" else "2" for sign in code[SELECTOR:])
    assert wrong != code
    for number in range(TRIES):
        refused = enrol(server, tmp_path / f"thief-{number}", wrong)
        assert refused.returncode != 0
        assert "nouveau code" in refused.stderr, "the server says it, in the workshop's language"
    assert enrol(server, tmp_path / "late", code).returncode != 0, "the right one comes too late"
    assert enrol(server, tmp_path / "stick", other).returncode == 0, "another code is not touched"
    assert enrol(server, tmp_path / "twice", other).returncode != 0, "a code makes one stick"


def test_a_revoked_stick_is_refused_within_a_second(server, workshop, tmp_path):
    folder = known(server, tmp_path / "stick")
    assert agent(folder, "inspect", "--machine", MACHINES / ONE_PC).returncode == 0
    agent(folder, "inspect", "--no-send", "--machine", MACHINES / ONE_PC)
    sending = subprocess.Popen(
        [sys.executable, "-c", WAITS, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sending.stdout.readline() == "ready\n"
    with workshop.work(command_line(Role.LEAD), datetime.now(UTC)) as work:
        revoke_stick(work, UUID(told(folder)["stick"]), "perdue")
    begun = time.monotonic()
    answer, _ = sending.communicate("go\n", timeout=60)
    assert answer == "401\n"
    assert time.monotonic() - begun < 1 + float(os.environ.get("REBOND_SLOWER", "0"))
    refused = agent(folder, "send")
    assert refused.returncode != 0
    assert len(list((folder / "outbox").glob("*.statement"))) == 1, "it stays on the stick"


WAITS = """
import sys, pathlib
from rebond_agent.delivery.home import server_of
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
stick = open_stick(pathlib.Path(sys.argv[1]), Durable())
parcel = next(stick.outbox.glob("*.statement")).read_bytes()
print("ready", flush=True)
sys.stdin.readline()
print(server_of(stick).take(parcel).status)
"""


def block(folder, image):
    """Mount a file system in a file, as the stick's third partition is."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "ext4", "-o", "loop", image, folder], check=True, timeout=60)
    return folder


@pytest.mark.root
@pytest.mark.skipif(
    os.geteuid() != 0
    or not Path("/dev/loop-control").exists()
    or not shutil.which("mkfs.ext4", path="/usr/sbin:/sbin"),
    reason="COPIES NOT TESTED: needs root, mkfs.ext4 and loop devices",
)
def test_a_byte_copy_used_on_a_second_pc_is_flagged_at_its_first_statement(
    server, workshop, tmp_path
):
    image, copy = tmp_path / "stick.img", tmp_path / "copy.img"
    with image.open("wb") as file:
        file.truncate(16 * 2**20)
    tool = shutil.which("mkfs.ext4", path="/usr/sbin:/sbin")
    subprocess.run([tool, "-q", "-F", "-L", "REBOND", image], check=True)
    mounted = []
    try:
        mounted.append(block(tmp_path / "one", image))
        known(server, mounted[0])
        agent(mounted[0], "inspect", "--machine", MACHINES / ONE_PC)
        subprocess.run(["umount", mounted.pop()], check=True)
        shutil.copyfile(image, copy)
        mounted += [block(tmp_path / "two", image), block(tmp_path / "three", copy)]
        true, false = mounted
        assert agent(true, "inspect", "--machine", MACHINES / ONE_PC).returncode == 0
        assert row(workshop, true).forked is None
        held = len(server.statements("inventory"))
        agent(false, "inspect", "--machine", MACHINES / ANOTHER_PC)
        assert len(server.statements("inventory")) == held + 1, "its first statement"
        assert row(workshop, true).forked is not None
        with workshop.work(NOBODY, datetime.now(UTC), reading=True) as work:
            doubts = work.session.connection().exec_driver_sql("select why from doubt").fetchall()
        assert ("forked",) in [tuple(one) for one in doubts]
    finally:
        for place in mounted:
            subprocess.run(["umount", place], check=True)
