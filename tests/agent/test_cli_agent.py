"""The agent's commands, as a technician types them."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from stick_bench import HttpFake

from rebond_agent.cli import run
from rebond_agent.command import COMMANDS, command
from rebond_agent.delivery.fake_server import FakeServer, refusal
from rebond_agent.errors import NotEnrolled
from rebond_schemas.codec import decode
from rebond_schemas.erasure import Ending
from rebond_schemas.statement import Erasure, Inventory

SCHEMA = Path(__file__).parents[2] / "schemas" / "statement-1.schema.json"
MACHINES = sorted(
    path for path in (Path(__file__).parents[1] / "machines").glob("*") if path.is_dir()
)
MEBIBYTE = 1024 * 1024


class Bench:
    """A folder with a stick's place, a recorded machine and images, beside a server."""

    def __init__(self, folder, url, fake):
        self.folder, self.url, self.fake = folder, url, fake
        self.machine = folder / "machine"
        (self.machine / "files" / "proc").mkdir(parents=True)
        self.environment = {"REBOND_STICK": str(folder / "stick"), "LANG": "fr_FR.UTF-8"}

    def __call__(self, *words):
        """Run a command; return exit code, output and messages."""
        out, err = io.StringIO(), io.StringIO()
        code = run([str(word) for word in words], self.environment, out, err)
        return code, out.getvalue(), err.getvalue()

    def enrol(self):
        return self("enrol", self.url, "GOOD-CODE", "--name", "Clé 3")

    def image(self, name, mebibytes=1):
        path = self.folder / name
        path.write_bytes(b"secret! " * (mebibytes * MEBIBYTE // 8))
        return path

    @property
    def statements(self):
        told = [decode(raw) for raw in self.fake.statements.values()]
        return sorted(told, key=lambda one: one.sequence)


@pytest.fixture
def bench(tmp_path):
    fake = FakeServer()
    with HttpFake(fake) as http:
        yield Bench(tmp_path, http.url, fake)


def test_inspect_without_a_stick_prints_and_keeps_nothing(bench):
    code, out, err = bench("inspect", "--machine", bench.machine)
    assert code == 0
    assert "RELEVÉ D'APPAREIL" in out
    assert "non enrôlée" in out + err
    assert not (bench.folder / "stick").exists()


def test_json_is_the_whole_statement_and_fits_the_published_schema(bench):
    code, out, _ = bench("inspect", "--machine", bench.machine, "--json")
    assert code == 0
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(out))
    bench.enrol()
    _, out, _ = bench("inspect", "--machine", bench.machine, "--json")
    assert out.encode().rstrip() == next(iter(bench.fake.statements.values()))


def test_there_are_recorded_machines():
    assert len(MACHINES) >= 6


@pytest.mark.parametrize("folder", MACHINES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_recorded_machine_has_a_readable_sheet_and_a_valid_statement(bench, folder, language):
    code, out, _ = bench("inspect", "--machine", folder, "--lang", language)
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "None" not in out
    code, out, _ = bench("inspect", "--machine", folder, "--json")
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(out))


def test_english_by_word_and_by_environment(bench):
    for words, environment in ((["--lang", "en"], {}), ([], {"LANG": "en_GB.UTF-8"})):
        bench.environment |= environment
        _, out, _ = bench(*words, "inspect", "--machine", bench.machine)
        assert "DEVICE REPORT" in out
    _, out, _ = bench("inspect", "--machine", bench.machine, "--lang", "fr")
    assert "RELEVÉ D'APPAREIL" in out


def test_enrol_inspect_status(bench):
    code, out, _ = bench.enrol()
    assert code == 0
    assert out.strip().endswith(f"Clé « Clé 3 » enrôlée : Atelier d'essai, {bench.url}.")
    code, out, err = bench("inspect", "--machine", bench.machine, "--asset-tag", "A-42")
    assert code == 0
    assert "étiquette A-42" in out
    assert "Relevés remis au serveur : 1." in err
    assert [one.asset_tag for one in bench.statements] == ["A-42"]
    code, out, _ = bench("status")
    assert code == 0
    assert "Remis             1" in out
    status = json.loads(bench("status", "--json")[1])
    assert (status["waiting"], status["delivered"]) == (0, 1)


def test_the_stick_is_named_before_or_behind_the_command(bench):
    """Bug of the first week: a default behind the command undid --stick in front of it."""
    bench.enrol()
    elsewhere = bench.folder / "other"

    assert bench("--stick", elsewhere, "status")[0] == NotEnrolled.exit_code
    assert bench("status", "--stick", elsewhere)[0] == NotEnrolled.exit_code
    assert bench("status")[0] == 0


def test_no_send_then_send(bench):
    bench.enrol()
    code, _, err = bench("inspect", "--machine", bench.machine, "--no-send")
    assert code == 0
    assert bench.fake.statements == {}
    code, _, err = bench("status")
    assert "GARDEZ CETTE CLÉ : relevés non remis : 1." in err
    assert bench("send")[0] == 0
    assert len(bench.fake.statements) == 1
    code, _, err = bench("send")
    assert (code, err.strip()) == (0, "Rien à envoyer.")


def test_revoked_stick_says_so_and_keeps_everything(bench):
    bench.enrol()
    bench("inspect", "--machine", bench.machine, "--no-send")
    bench.fake.sticks.clear()
    code, _, err = bench("send")
    assert code == 6
    assert "Cette clé n'est pas connue ici" in err
    assert "GARDEZ CETTE CLÉ" in err


def test_conflict_and_refusal_are_told_with_the_file(bench):
    bench.enrol()
    for status, folder in ((409, "conflict"), (422, "refused")):
        bench("inspect", "--machine", bench.machine, "--no-send")
        bench.fake.answers = [refusal(status, "x", "Voici pourquoi.")]
        code, _, err = bench("send")
        assert code == 6
        assert f"outbox/{folder}/" in err
        assert "Voici pourquoi." in err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["send"], 3, "pas enrôlée"),
        (["status"], 3, "pas enrôlée"),
        (["wipe", "--image", "x.img"], 3, "pas enrôlée"),
        (["wipe"], 2, "Aucun disque n'a été désigné"),
        (["inspect", "--machine", "/nowhere/at/all"], 2, "machine enregistrée"),
        (["enrol", "ftp://x", "CODE"], 2, "adresse de serveur"),
        (["enrol", "http://127.0.0.1:1", "CODE"], 5, "ne répond pas"),
    ],
)
def test_errors_are_sentences_with_an_exit_code(bench, words, code, said):
    got, out, err = bench(*words)
    assert got == code
    assert said in err
    assert out == ""
    assert "Traceback" not in err


def test_wrong_code_shows_the_servers_sentence(bench):
    code, _, err = bench("enrol", bench.url, "WRONG")
    assert code == 6
    assert "Ce code n'est pas le bon" in err


def test_incomplete_command_ends_with_2(bench, capsys):
    with pytest.raises(SystemExit) as left:
        bench("wipe", "--yes", "1234")
    assert left.value.code == 2
    assert "Commande incomplète" in capsys.readouterr().err


def test_wipe_three_images_of_a_demonstration_machine(bench):
    bench.enrol()
    good, liar, bad = (bench.image(name) for name in ("good.img", "liar.img", "bad.img"))
    code, out, err = bench(
        "wipe", "--machine", bench.machine, "--image", good, liar, bad,
        "--fault", "liar.img:drop-writes", "--fault", "bad.img:unreadable=8192+4096",
    )  # fmt: skip
    assert code == 7
    assert "Relevés remis au serveur : 1." in err, "the order is for a machine that is known"
    assert "Relevés remis au serveur : 3." in err
    inventory, *erasures = bench.statements
    erasures.sort(key=lambda one: [str(good), str(liar), str(bad)].index(one.path))
    assert isinstance(inventory, Inventory)
    assert [drive.path for drive in inventory.facts.drives] == [str(good), str(liar), str(bad)]
    assert inventory.facts.drives_hidden is False
    assert [one.ending for one in erasures] == [Ending.COMPLETED, Ending.FAILED, Ending.FAILED]
    assert {one.run for one in erasures} == {inventory.run}
    assert "mené à son terme" in out
    assert "ce disque ment" in out
    assert good.read_bytes() == bytes(MEBIBYTE)


def test_wipe_of_a_good_image_ends_with_0(bench):
    bench.enrol()
    path = bench.image("good.img")
    assert bench("wipe", "--machine", bench.machine, "--image", path)[0] == 0


def test_real_drives_are_never_taken_from_a_recording(bench):
    bench.enrol()
    code, _, err = bench("wipe", "--machine", bench.machine, "--drive", "/dev/sda")
    assert code == 2
    assert "--machine" in err


def test_real_drive_without_confirmation_is_left_alone_and_nothing_is_recorded(bench):
    bench.enrol()
    code, _, err = bench("wipe", "--drive", "/dev/no-such-drive", "--yes-erase", "1234")
    assert code == 2
    assert "/dev/no-such-drive" in err
    assert bench.fake.statements == {}


def test_record_writes_a_folder_that_inspect_reads(bench):
    folder = bench.folder / "recorded"
    code, out, _ = bench("record", folder)
    assert code == 0
    assert str(folder) in out
    code, out, _ = bench("inspect", "--machine", folder)
    assert code == 0
    code, _, err = bench("record", folder)
    assert code == 2
    assert "n'est pas vide" in err


def start(bench, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "rebond_agent", *(str(word) for word in words)],
        env=os.environ | bench.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_intent(bench, agent):
    """Wait until the first byte is about to be written."""
    until = time.monotonic() + 30
    before = set((bench.folder / "stick" / "intents").glob("*.intent"))
    while set((bench.folder / "stick" / "intents").glob("*.intent")) <= before:
        assert agent.poll() is None, "it ended before it began"
        assert time.monotonic() < until
        time.sleep(0.005)


def test_ctrl_c_stops_the_wipe_cleanly_and_says_so(bench):
    bench.enrol()
    agent = start(bench, "wipe", "--machine", bench.machine, "--image", bench.image("d.img", 48))
    wait_for_intent(bench, agent)
    os.killpg(agent.pid, signal.SIGINT)  # as a terminal does: to the agent and its workers
    assert agent.wait(timeout=30) == 7
    *_, erasure = bench.statements
    assert erasure.ending is Ending.INTERRUPTED
    assert erasure.reason == "cancelled"


def test_kill_the_agent_while_it_wipes(bench):
    """Issue 2, show 7: from probing to receipt, every statement exactly once."""
    chance = random.Random(7)  # noqa: S311 - the same moments in every run
    bench.enrol()
    path = bench.image("disk.img", 24)
    for round_number in range(10):
        agent = start(bench, "wipe", "--machine", bench.machine, "--image", path)
        if round_number % 2:
            wait_for_intent(bench, agent)
        else:
            time.sleep(chance.uniform(0.3, 1.6))
        agent.kill()
        agent.wait()
    assert bench("send")[0] == 0
    told = bench.statements
    hashes = [sha256(bench.fake.statements[one.id]).hexdigest() for one in told]
    assert [one.sequence for one in told] == list(range(1, len(told) + 1))
    assert [one.previous for one in told] == [None, *hashes[:-1]]
    erasures = [one for one in told if isinstance(one, Erasure)]
    runs = [one.run for one in erasures]
    assert len(runs) == len(set(runs)), "no erasure is told twice"
    assert set(runs) <= {one.run for one in told if isinstance(one, Inventory)}
    assert Ending.INTERRUPTED in {one.ending for one in erasures}
    stick = bench.folder / "stick"
    assert list((stick / "intents").glob("*.intent")) == []
    assert [item for item in (stick / "outbox").iterdir() if item.is_file()] == []


def test_an_inventory_starts_without_what_only_erasures_and_screens_need():
    """An old computer reads every module from a slow stick: it must not read those in vain."""
    asked = (
        "import sys; from rebond_agent.command import command; command('inspect');"
        "print([m for m in ('rich', 'http.client', 'rebond_agent.wipe.engine', 'evdev') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)

    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_function(name):
    assert callable(command(name))
