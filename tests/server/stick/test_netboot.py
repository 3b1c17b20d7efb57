"""Booting from the network: six files by name, configurations with the server's address, no more."""

import threading
import urllib.error
import urllib.request

import pytest

from rebond_server.errors import BadSetting
from rebond_server.netboot import CONFIGURATIONS, LARGE, LOADERS, Netboot, server


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "netboot"
    (place / "grub").mkdir(parents=True)
    for name in (*LARGE, *LOADERS):
        (place / name).write_bytes(name.encode() * 1000)
    for name in CONFIGURATIONS:
        (place / name).write_text("from http://@SERVER@/netboot\n")
    (place / "secret").write_text("not for the network")
    return place


@pytest.fixture
def address(folder):
    with server(Netboot(folder=folder, address="boot.lan:8069"), "127.0.0.1", 0) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()


def _get(url):
    # S310: an address of this very test
    with urllib.request.urlopen(url, timeout=30) as reply:  # noqa: S310
        return reply.read()


@pytest.mark.parametrize("name", LARGE)
def test_the_files_of_the_image_are_given_whole(name, address, folder):
    assert _get(f"{address}/netboot/{name}") == (folder / name).read_bytes()


def test_the_script_names_this_server(address):
    assert b"http://boot.lan:8069/netboot" in _get(f"{address}/netboot/boot.ipxe")


@pytest.mark.parametrize(
    "path",
    ["/", "/netboot/", "/netboot/secret", "/netboot/../netboot/secret", "/netboot/%2e%2e/x", "/x"],
)
def test_nothing_else_is_given(path, address):
    with pytest.raises(urllib.error.HTTPError) as refused:
        _get(address + path)

    with refused.value as answer:
        assert answer.code == 404


def test_many_pcs_at_once_get_the_same(address, folder):
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(_get(f"{address}/netboot/base.squashfs")))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert got == [(folder / "base.squashfs").read_bytes()] * 50


def test_the_tftp_folder_has_loaders_and_filled_configurations(folder, tmp_path):
    Netboot(folder=folder, address="10.0.0.1:8069").checked().prepare(tmp_path / "tftp")

    assert (tmp_path / "tftp/shimx64.efi").read_bytes() == (folder / "shimx64.efi").read_bytes()
    assert "10.0.0.1:8069" in (tmp_path / "tftp/grub/grub.cfg").read_text()


def test_a_folder_that_is_none_is_refused_by_name(folder):
    (folder / "initrd.img").unlink()

    with pytest.raises(BadSetting, match=r"initrd\.img"):
        Netboot(folder=folder, address="x:1").checked()
