"""A booted stick fetches a newer agent, boots it the next time, and gets rid of one that does not come up."""

import json
import os
import sqlite3
import subprocess
from contextlib import closing

import boots
import pytest
import stick_image
from stick_guest import Firmware, StickGuest
from workshop_server import WorkshopServer

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        not os.environ.get("REBOND_GUESTS"),
        reason="NOT TESTED: a stick that renews its agent in four boots; REBOND_GUESTS=1 tries it",
    ),
]
BROKEN = "raise SystemExit('this agent is broken')\n"


def newer(image, folder, version, minutes, *, broken=False):
    """Make a newer layer of the image's own agent, as another build would; return its file."""
    made = folder / version
    layer = image.netboot / "agent.squashfs"
    subprocess.run(["unsquashfs", "-q", "-n", "-d", made, layer], check=True)
    told = made / "usr/lib/rebond/agent.json"
    build = json.loads(told.read_bytes())
    build |= {"version": version, "built": build["built"] + 60 * minutes}
    told.write_text(json.dumps(build))
    if broken:
        console = made / "usr/lib/rebond/site/rebond_agent/command/console.py"
        console.write_text(BROKEN)
        for compiled in console.parent.glob("__pycache__/console.*"):
            compiled.unlink()
    target = folder / f"{version}.agent.squashfs"
    subprocess.run(["mksquashfs", made, target, "-quiet", "-no-progress", "-all-root"], check=True)
    target.with_suffix(".json").write_text(json.dumps(build))
    return target


def runs(server):
    """Return the version that the stick told last."""
    path = server.folder / "var" / "rebond.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        (told,) = database.execute("select agent from stick").fetchone()
    return None if told is None else json.loads(told)["version"]


def boot(folder, stick, server, name, done):
    """Boot the stick on a PC, wait for its inventory and for what is to come, switch it off."""
    (folder / name).mkdir()
    with StickGuest(folder / name, stick, firmware=Firmware.BIOS, memory_mib=1024) as guest:
        before = len(server.statements("inventory"))
        guest.wait_for(
            "inventory", lambda: len(server.statements("inventory")) > before, boots._BOOT_SECONDS
        )
        guest.wait_for(name, lambda: done(guest), boots._BOOT_SECONDS)
        guest.look("end")
        guest.rest(75)
        guest.press("f10")
        guest.press("f10")
        guest.rest(15)


def state(stick):
    return json.loads(stick_image.read_data(stick, "agent/state"))


def test_fetched_booted_and_taken_back(image, tmp_path):
    own = json.loads((image.disk.with_suffix(".agent.json")).read_bytes())["version"]
    with WorkshopServer(tmp_path / "workshop") as server:
        keys = server.enrol(tmp_path / "keys", "clé")
        stick = stick_image.copied(image, tmp_path / "stick.img", spare_mib=boots.SPARE_MIB)
        stick_image.fill_data(stick, keys)
        server.rebond("publish-agent", str(newer(image, tmp_path, "9.1", 1)))
        boot(tmp_path, stick, server, "fetching", lambda _: runs(server) == own)
        assert state(stick)["trying"] is not None
        boot(tmp_path, stick, server, "newer", lambda _: runs(server) == "9.1")
        assert state(stick)["sound"] is not None
        server.rebond("publish-agent", str(newer(image, tmp_path, "9.2", 2, broken=True)))
        boot(tmp_path, stick, server, "fetching-broken", lambda _: runs(server) == "9.1")
        assert state(stick)["trying"] is not None
        # The broken one ends by itself, and the one before it does the work in the same boot.
        boot(tmp_path, stick, server, "taken-back", lambda _: True)
        assert runs(server) == "9.1"
    after = state(stick)
    assert (after["trying"], len(after["refused"])) == (None, 1)
    assert stick_image.changed_outside_data(image.disk, stick) == []
