"""A recording replays byte for byte and names nobody."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rebond_agent.machine import TIME_LIMIT, Completed, Library
from rebond_agent.machine.anonymity import Anonymity
from rebond_agent.machine.noting import NotingMachine
from rebond_agent.machine.recorded import RecordedMachine, slug
from rebond_agent.machine.recording import RecordingMachine
from rebond_agent.probes import collect

ROOT = Path(__file__).resolve().parents[2]
SERIAL, UUID, MAC = "W62ABCDE", "4c4c4544-0047-4810-8032-b7c04f4b3432", "52:54:00:12:34:56"
WWN = "0x5000c500a1b2c3d4"
EDID = bytes.fromhex("00ffffffffffff0009e51d0812345678211c0104a51f1178") + bytes(104)

DMIDECODE = f"""Handle 0x0001, DMI type 1, 27 bytes
System Information
\tManufacturer: Dell Inc.
\tSerial Number: {SERIAL}
\tUUID: {UUID.upper()}

Handle 0x0003, DMI type 3, 22 bytes
Chassis Information
\tSerial Number: To be filled by O.E.M.
\tAsset Tag: 0123456789
"""
SMARTCTL = json.dumps(
    {
        "serial_number": SERIAL,
        "wwn": {"naa": 5, "oui": 0x000C50, "id": 0x0A1B2C3D4},
        "user_capacity": {"bytes": 500107862016},
    },
    separators=(",", ":"),
)


class SpokenMachine:
    """A machine of dictionaries, for what must come back unchanged."""

    def __init__(self, *, commands=(), files=None, listings=None, answers=None) -> None:
        self.commands = {one.command: one for one in commands}
        self.files, self.listings, self.answers = files or {}, listings or {}, answers or {}

    def run(self, command: Sequence[str], *, time_limit: float = TIME_LIMIT) -> Completed:
        assert time_limit > 0
        named = tuple(command)
        return self.commands.get(named, Completed(command=named, outcome="missing"))

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def names(self, folder: str) -> tuple[str, ...]:
        return self.listings.get(folder, ())

    def ask(self, library: Library) -> object | None:
        return self.answers.get(library)


def _record(machine, folder: Path, salt: bytes = b"salt") -> RecordedMachine:
    recording = RecordingMachine(machine, folder, salt=salt)
    for command in machine.commands:
        recording.run(command)
    for path in machine.files:
        recording.read(path)
    for path in machine.listings:
        recording.names(path)
    for library in machine.answers:
        recording.ask(library)
    recording.finish()
    return RecordedMachine(folder)


def test_every_ending_replays(tmp_path):
    told = [
        Completed(command=("lscpu",), outcome="ok", exit_status=0, output=b"a\r\nb\xff\x00"),
        Completed(
            command=("smartctl", "--json=c", "-x", "/dev/sda"),
            outcome="failed",
            exit_status=4,
            output=b"{}",
            errors=b"no",
        ),
        Completed(command=("lspci", "-vmmnnk"), outcome="timeout", output=b"half"),
        Completed(command=("dmesg",), outcome="failed"),
        Completed(command=("iw", "phy"), outcome="missing"),
        Completed(command=("x" * 300,), outcome="ok", exit_status=0, output=b"long"),
    ]
    files = {"/sys/a/b": b"", "/sys/c:d/e": b"\x00\xff"}
    listings = {"/sys/block": ("sda", "sr0"), "/sys/empty": ()}
    answers = {Library.USABLE_MEMORY: 25276510208, Library.CPUINFO: {"flags": ["é", "lm"]}}

    replayed = _record(
        SpokenMachine(commands=told, files=files, listings=listings, answers=answers), tmp_path
    )

    for one in told:
        assert replayed.run(one.command) == one
    assert {path: replayed.read(path) for path in files} == files
    assert {path: replayed.names(path) for path in listings} == listings
    assert {library: replayed.ask(library) for library in answers} == answers
    assert replayed.run(["never", "asked"]).outcome == "missing"
    assert replayed.read("/never/asked") is None


@given(output=st.binary(max_size=300), content=st.binary(max_size=300))
def test_bytes_without_identity_come_back_as_they_were(tmp_path_factory, output, content):
    told = Completed(command=("tool",), outcome="ok", exit_status=0, output=output)
    learned = Anonymity(b"salt")
    learned.learn(output)
    learned.learn(content, "/sys/file")
    folder = tmp_path_factory.mktemp("machine")

    replayed = _record(SpokenMachine(commands=[told], files={"/sys/file": content}), folder)

    assert replayed.run(["tool"]).output == learned.replace(output)
    assert replayed.read("/sys/file") == learned.replace(content)
    assert len(learned.replace(output)) == len(output)


def test_identities_are_gone_and_replaced_alike_everywhere(tmp_path):
    udev = [{"subsystem": "net", "properties": {"ID_NET_NAME_MAC": "enx525400123456"}}]
    lsblk = f'{{"serial": "{SERIAL}", "wwn": "{WWN}", "path": "disk_{SERIAL}-part1"}}'
    machine = SpokenMachine(
        commands=[
            _ok("dmidecode", DMIDECODE),
            _ok("lsblk", lsblk),
            _ok("smartctl", SMARTCTL),
            _ok("dmesg", f"usb 1-1: SerialNumber: 4C530001250101\nroot=UUID={UUID}"),
        ],
        files={
            "/sys/class/net/enx525400123456/address": f"{MAC}\n".encode(),
            "/sys/class/dmi/id/product_serial": f"{SERIAL}\n".encode(),
            "/sys/class/drm/card0-eDP-1/edid": EDID,
        },
        listings={"/sys/class/net": ("enx525400123456", "lo")},
        answers={Library.UDEV: udev},
    )

    replayed = _record(machine, tmp_path)

    written = b"".join(
        str(path).encode() + path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    ).lower()
    secrets = (SERIAL, UUID, MAC, WWN[2:], "525400123456", "4c530001250101", str(0x0A1B2C3D4))
    for secret in secrets:
        assert secret.lower().encode() not in written, secret
    serial = json.loads(replayed.run(["lsblk"]).output)["serial"]
    assert len(serial) == len(SERIAL)
    assert f"Serial Number: {serial}" in replayed.run(["dmidecode"]).text
    assert replayed.read("/sys/class/dmi/id/product_serial") == f"{serial}\n".encode()
    assert json.loads(replayed.run(["smartctl"]).output)["serial_number"] == serial
    interface, _ = replayed.names("/sys/class/net")
    mac = replayed.read(f"/sys/class/net/{interface}/address").decode().strip()
    assert interface == "enx" + mac.replace(":", "")
    assert mac.startswith(MAC[:8]), "the maker's half is a fact"


def test_a_wwn_stays_one_wwn_in_both_spellings(tmp_path):
    machine = SpokenMachine(
        commands=[_ok("lsblk", f'{{"wwn": "{WWN}"}}'), _ok("smartctl", SMARTCTL)]
    )

    replayed = _record(machine, tmp_path)

    parts = json.loads(replayed.run(["smartctl"]).output)["wwn"]
    told = json.loads(replayed.run(["lsblk"]).output)["wwn"]
    assert told == f"0x{parts['naa']:x}{parts['oui']:06x}{parts['id']:09x}"
    assert told != WWN


def test_placeholders_and_efi_names_stay(tmp_path):
    variable = "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    machine = SpokenMachine(
        commands=[_ok("dmidecode", DMIDECODE), _ok("dmesg", f"efi: {variable}")],
        listings={"/sys/firmware/efi/efivars": (variable,)},
        files={f"/sys/firmware/efi/efivars/{variable}": b"\x06\0\0\0\x01"},
    )

    replayed = _record(machine, tmp_path)

    assert "To be filled by O.E.M." in replayed.run(["dmidecode"]).text
    assert "Asset Tag: 0123456789" in replayed.run(["dmidecode"]).text
    assert replayed.names("/sys/firmware/efi/efivars") == (variable,)
    assert replayed.run(["dmesg"]).text == f"efi: {variable}"


def test_an_edid_loses_its_number_and_keeps_its_checksum():
    anonymity = Anonymity(b"salt")

    replaced = anonymity.replace(EDID)

    assert replaced[12:16] != EDID[12:16]
    assert replaced[:12] == EDID[:12]
    assert sum(replaced[:128]) % 256 == 0


def test_a_recording_of_a_recording_shows_the_same_facts(tmp_path):
    for folder in (ROOT / "tests" / "machines").glob("*/recording.json"):
        machine = RecordingMachine(RecordedMachine(folder.parent), tmp_path / folder.parent.name)
        first = collect(machine)
        machine.finish()
        second = collect(RecordedMachine(tmp_path / folder.parent.name))

        assert [one.command for one in first.evidence] == [one.command for one in second.evidence]
        assert first.facts.memory.installed_mib == second.facts.memory.installed_mib
        assert [one.kind for one in first.facts.drives] == [one.kind for one in second.facts.drives]


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "letter").write_text("dear")

    with pytest.raises(FileExistsError):
        RecordingMachine(SpokenMachine(), tmp_path).finish()
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_by_hand_one_file_of_the_program_will_do(tmp_path):
    (tmp_path / "lsblk.out").write_text("{}")
    (tmp_path / "smartctl_-a_-j_-dev-sda.out").write_text("a")
    (tmp_path / "smartctl_-a_-j_-dev-sdb.out").write_text("b")
    machine = RecordedMachine(tmp_path)

    assert machine.run(["lsblk", "--json", "--bytes"]).text == "{}"
    assert machine.run(["smartctl", "--json=c", "-x", "/dev/sdb"]).text == "b"
    assert machine.run(["smartctl", "--json=c", "-x", "/dev/sdc"]).outcome == "missing"
    assert machine.names("/dev") == ("sda", "sdb")


def test_by_hand_names_may_be_short_and_a_report_names_its_drive_itself(tmp_path):
    (tmp_path / "dmidecode.txt").write_text("dmi")
    (tmp_path / "lsblk.json").write_text("{}")
    (tmp_path / "hdparm-sda.txt").write_text("ata")
    (tmp_path / "smartctl-sda.json").write_text("a")
    (tmp_path / "smartctl.json").write_text('{"device": {"name": "/dev/nvme0n1"}}')
    (tmp_path / "smartctl_1.json").write_text('{"device": {"name": "/dev/sdb [SAT]"}}')
    (tmp_path / "smartctl_2.json").write_text("no report")
    (tmp_path / "expected.json").write_text("{}")
    machine = RecordedMachine(tmp_path)

    assert machine.names("/dev") == ("nvme0n1", "sda", "sdb")
    assert machine.run(["dmidecode"]).text == "dmi"
    assert machine.run(["hdparm", "-N", "-I", "/dev/sda"]).text == "ata"
    assert machine.run(["smartctl", "--json=c", "-x", "/dev/sda"]).text == "a"
    assert "nvme0n1" in machine.run(["smartctl", "--json=c", "-x", "/dev/nvme0n1"]).text
    assert "SAT" in machine.run(["smartctl", "--json=c", "-x", "/dev/sdb"]).text
    assert machine.run(["expected"]).outcome == "missing"


def test_two_files_that_would_do_are_none(tmp_path):
    (tmp_path / "smartctl-sda.json").write_text("a")
    (tmp_path / "smartctl_-a_-j_-dev-sda.out").write_text("b")

    assert RecordedMachine(tmp_path).run(["smartctl", "-x", "/dev/sda"]).outcome == "missing"


def test_a_recording_is_never_guessed_at(tmp_path):
    machine = _record(SpokenMachine(commands=[_ok("lsblk", "{}")]), tmp_path)

    assert machine.run(["lsblk", "--json"]).outcome == "missing"


def test_paths_never_lead_out_of_the_folder(tmp_path):
    (tmp_path / "outside").write_text("secret")
    (tmp_path / "machine").mkdir()
    machine = RecordedMachine(tmp_path / "machine")

    assert machine.read("/../../outside") is None
    assert machine.run(["../../outside"]).outcome == "missing"


def test_a_machine_is_asked_once():
    asked: list[str] = []

    class Counted(SpokenMachine):
        def read(self, path: str) -> bytes | None:
            asked.append(path)
            return b"x"

    machine = NotingMachine(Counted())
    assert [machine.read("/a"), machine.read("/a")] == [b"x", b"x"]
    assert asked == ["/a"]


def test_slugs_fit_a_file_name():
    assert slug(["smartctl", "--json=c", "-x", "/dev/sda"]) == "smartctl_--json=c_-x_-dev-sda"
    assert len(slug(["x" * 500])) <= 200
    assert slug(["x" * 500]) != slug(["x" * 501])


def _ok(command: str, text: str) -> Completed:
    return Completed(command=(command,), outcome="ok", exit_status=0, output=text.encode())
