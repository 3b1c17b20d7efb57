"""A stick plugged into the server: folder, device or image; exactly once, and its receipts stay on it."""

import subprocess
from argparse import Namespace
from uuid import uuid4

import pytest
from agents import agent_stick
from moments import NOON

from rebond_agent.delivery import take_receipts
from rebond_agent.stick import open_stick
from rebond_agent.stick.durable import Durable
from rebond_agent.stick.outbox import counts, opened
from rebond_schemas.statement import Agent, Clock, Inspection
from rebond_server import plugged
from rebond_server.config import Config
from rebond_server.domain.role import Role
from rebond_server.operations.enrol_stick import revoke_stick
from rebond_server.operations.work import NOBODY, command_line
from rebond_server.store.stick import Doubt, DoubtReason, StatementRow

MEBIBYTE = 1024 * 1024


@pytest.fixture
def stick(sqlite_workshop, tmp_path):
    """Give an enrolled stick on which three statements wait."""
    made = agent_stick(sqlite_workshop, tmp_path / "stick")
    with opened(made) as outbox:
        for _ in range(3):
            outbox.put(lambda place: statement(made, place))
    return made


def statement(stick, place):
    return Inspection(
        format=1, id=uuid4(), run=uuid4(), site=stick.settings.site, stick=stick.settings.stick,
        sequence=place.sequence, previous=place.previous,
        made=Clock(wall=NOON, monotonic_ns=1, boot_id="b"),
        agent=Agent(name="rebond-agent", version="0"), checks=(),
    )  # fmt: skip


@pytest.fixture
def rebond(sqlite_workshop, scratch, capsys):
    """Give the verb of the command line, and what it printed."""
    url = str(sqlite_workshop.engine.url)
    config = Config(var=scratch / "var", database_url=url, public_url="http://localhost")

    def run(verb, path):
        words = Namespace(path=path, language="en")
        return plugged.VERBS[verb].act(config, words), capsys.readouterr().out

    return run


def kept(workshop):
    with workshop.work(NOBODY, NOON, reading=True) as work:
        return work.session.query(StatementRow).count()


def test_a_folder_is_taken_once_and_the_stick_learns_of_it(sqlite_workshop, stick, rebond):
    first = rebond("import-stick", stick.folder)
    again = rebond("import-stick", stick.folder / "outbox")
    assert first == (0, "3 statements received, 0 known already, 0 refused.\n")
    assert again == (0, "0 statements received, 3 known already, 0 refused.\n")
    assert kept(sqlite_workshop) == 3
    assert counts(stick.folder)["waiting"] == 3
    with opened(open_stick(stick.folder, Durable())) as outbox:
        take_receipts(outbox)
        assert outbox.waiting == ()
        assert outbox.stick.settings.anchor > NOON
    assert list((stick.folder / "outbox").glob("*")) == []
    assert stick.ledger.read_bytes().count(b"\n") == 3


def test_a_forged_receipt_on_the_stick_forgets_nothing(stick):
    for path in list((stick.folder / "outbox").glob("*.statement")):
        path.with_name(path.name + ".receipt").write_bytes(b"0" * 128 + b'\n{"statement":1}')
    with opened(stick) as outbox:
        take_receipts(outbox)
        assert len(outbox.waiting) == 3


def test_a_damaged_file_and_a_foreign_folder_are_said(stick, rebond, tmp_path):
    path = sorted((stick.folder / "outbox").glob("*.statement"))[1]
    path.write_bytes(path.read_bytes()[:-1])
    code, said = rebond("import-stick", stick.folder)
    assert code == 1
    assert "damaged file" in said
    assert said.endswith("2 statements received, 0 known already, 1 refused.\n")
    (tmp_path / "empty").mkdir()
    code, said = rebond("import-stick", tmp_path / "empty")
    assert (code, "no statements" in said) == (1, True)


def test_a_revoked_stick_that_came_back_is_read_and_not_believed(sqlite_workshop, stick, rebond):
    with sqlite_workshop.work(command_line(Role.LEAD), NOON) as work:
        revoke_stick(work, stick.settings.stick, "volée")
    assert rebond("import-stick", stick.folder)[0] == 0
    with sqlite_workshop.work(NOBODY, NOON, reading=True) as work:
        assert {row.quarantined for row in work.session.query(StatementRow)} == {True}
        assert {doubt.why for doubt in work.session.query(Doubt)} == {DoubtReason.STOLEN}


@pytest.mark.parametrize("table", ["none", "dos", "gpt"])
def test_an_image_that_is_not_mounted(sqlite_workshop, stick, rebond, tmp_path, table):
    image = tmp_path / "stick.img"
    start = 0 if table == "none" else 4 * MEBIBYTE
    image.write_bytes(b"")
    with image.open("r+b") as file:
        file.truncate(start + 16 * MEBIBYTE + MEBIBYTE)
    if table != "none":
        layout = f"label: {table}\nstart=2048, size=2048\nstart={start // 512}, size=32768\n"
        subprocess.run(["sfdisk", "-q", str(image)], input=layout, text=True, check=True)
    subprocess.run(
        [
            "mkfs.ext4",
            "-q",
            "-F",
            "-d",
            str(stick.folder),
            "-E",
            f"offset={start}",
            str(image),
            "16M",
        ],
        check=True,
    )
    before = image.read_bytes()
    assert rebond("import-stick", image) == (
        0,
        "3 statements received, 0 known already, 0 refused.\n",
    )
    assert image.read_bytes() == before, "nothing is written to a stick that is not mounted"
    assert kept(sqlite_workshop) == 3


def test_another_file_is_no_stick(rebond, tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff" * 100_000)
    code, said = rebond("import-stick", tmp_path / "photo.jpg")
    assert (code, "no statements" in said) == (1, True)
