"""What is in the image, and what is not: no password, no key, no shell, nothing that meddles with drives."""

import hashlib
import json
import re
import subprocess

import pytest

pytestmark = pytest.mark.qemu

LARGEST_BYTES = 350_000_000
GENERATORS = "usr/lib/systemd/system-generators/"
UNITS = "etc/systemd/system/"
NOBODYS_UNITS = (
    "getty@.service",
    "serial-getty@.service",
    "console-getty.service",
    "autovt@.service",
    "debug-shell.service",
    "emergency.service",
    "rescue.service",
    "ctrl-alt-del.target",
)


def _listed(layer):
    """Return what is in a layer: path to what `ls -l` says of it."""
    lines = subprocess.run(
        ["unsquashfs", "-lln", layer], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    found = {}
    for line in lines:
        head, _, path = line.partition(" squashfs-root/")
        if path:
            found[path.partition(" -> ")[0]] = f"{head} {path.partition(' -> ')[2]}".strip()
    return found


def _read(layer, path):
    return subprocess.run(
        ["unsquashfs", "-cat", layer, path], check=True, capture_output=True
    ).stdout


@pytest.fixture(scope="module")
def base(image):
    return image.netboot / "base.squashfs"


@pytest.fixture(scope="module")
def agent(image):
    return image.netboot / "agent.squashfs"


def test_size_and_checksum(image):
    assert image.disk.stat().st_size <= LARGEST_BYTES
    told, name = image.disk.with_name(f"{image.disk.name}.sha256").read_text().split()
    with image.disk.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == told
    assert name == image.disk.name


def test_nobody_can_log_in(base):
    accounts = [line.split(":") for line in _read(base, "etc/shadow").decode().splitlines()]
    people = [line.split(":") for line in _read(base, "etc/passwd").decode().splitlines()]

    assert [name for name, password, *_ in accounts if not password.startswith(("!", "*"))] == []
    assert [one for one in people if one[0] == "root" and not one[-1].endswith("nologin")] == []


def test_no_console_gives_a_shell(base, agent):
    masked, there = _listed(agent), _listed(base)

    assert [
        unit for unit in NOBODYS_UNITS if not masked.get(UNITS + unit, "").endswith("/dev/null")
    ] == []
    generators = {path for path in there if path.startswith(GENERATORS)}
    assert {
        path for path in generators if re.search("getty|debug|gpt|hibernate|fstab|run-", path)
    } == set()


def test_nothing_puts_volumes_together_or_mounts_them(base, agent):
    there = _listed(base)

    assert [
        path for path in there if re.search(r"bin/(lvm|mdadm|udisksctl|dmraid|swapon-auto)$", path)
    ] == []
    assert _listed(agent)["etc/udev/rules.d/64-btrfs.rules"].endswith("/dev/null")
    barred = _read(agent, "etc/modprobe.d/rebond.conf").decode()
    assert {"firewire-ohci", "thunderbolt", "btrfs", "raid1"} <= set(
        re.findall(r"install (\S+) /bin/false", barred)
    )


def test_no_secret_and_no_identity(base, agent, tmp_path):
    subprocess.run(
        ["unsquashfs", "-q", "-n", "-f", "-d", tmp_path / "base", base, "etc", "root", "var", "usr/lib/rebond"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    subprocess.run(
        ["unsquashfs", "-q", "-n", "-f", "-d", tmp_path / "agent", agent],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    files = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 500
    keys = rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}"
    assert [path for path in files if re.search(keys, path.read_bytes())] == []
    there = set(_listed(base))
    own = ("etc/machine-id", "etc/nvme/hostid", "etc/nvme/hostnqn", "var/lib/systemd/random-seed")
    assert there & set(own) == set()
    assert [path for path in there if path.startswith("etc/ssh")] == []


def test_the_loader_takes_no_orders(image, tmp_path):
    taken = tmp_path / "grub.cfg"
    subprocess.run(
        ["xorriso", "-osirrox", "on", "-indev", image.disk, "-extract", "/boot/grub/grub.cfg", taken],
        check=True, capture_output=True,
    )  # fmt: skip
    found = taken.read_text()
    entries = re.findall(r"^menuentry .*$", found, re.MULTILINE)

    assert "set superusers=nobody" in found
    assert len(entries) >= 4
    assert [entry for entry in entries if "--unrestricted" not in entry] == []
    for word in (
        "lockdown=integrity",
        "intel_iommu=on",
        "systemd.import_credentials=no",
        "panic=30",
    ):
        assert word in found


def test_the_bill_of_materials_names_every_package(image):
    bill = json.loads(image.disk.with_suffix(".sbom.json").read_bytes())
    packages = image.disk.with_suffix(".packages").read_text().split("\n")[:-1]
    named = {(one["name"], one["version"]) for one in bill["components"]}

    assert {tuple(line.split(" ")) for line in packages} <= named
    versions = dict(line.split(" ") for line in packages)
    assert tuple(map(int, versions["smartmontools"].split("-")[0].split("."))) >= (7, 5)
    assert {"msgspec", "cryptography", "psutil"} <= {name for name, _ in named}
