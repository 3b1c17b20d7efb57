"""The real agent on a real kernel, in QEMU guests: a short form of `scripts/prove`'s proofs there."""

import faulted_disks
import pytest
import wrong_disk
from bench_server import POSITIVE, bench_server
from disks import Hung
from faulty import draw

pytestmark = pytest.mark.qemu

SEED = 20_261_126
NUMBERS = (32, 50, 52, 53)
"""Sound, pulled out, lying, a sector that cannot be written; `scripts/prove faulted-disks` has all the others.

None has a firmware that erases: that takes six steps, and the stick's boots do it on NVMe.
"""


@pytest.fixture
def server(tmp_path):
    with bench_server(tmp_path / "server") as opened:
        yield opened


@pytest.mark.usefixtures("kernel")
def test_no_faulted_disk_is_called_erased(server, tmp_path):
    """Nothing of a disk that the server calls erased is left in its image."""
    cases = [draw(SEED, number) for number in NUMBERS]
    folder = tmp_path / "guest"
    folder.mkdir()

    results = list(faulted_disks.prove(cases, SEED, folder, server))

    assert [one.case.fault for one in results if one.is_false] == []
    sound = [one for one in results if one.case.sound]
    assert sound
    assert all(one.told.verdict in POSITIVE and one.remainder_bytes == 0 for one in sound)
    assert any(one.told and one.told.verdict not in POSITIVE for one in results)


@pytest.mark.usefixtures("kernel")
def test_only_the_disk_that_was_meant_is_erased(server, tmp_path, capsys):
    """A stick in use, another one, and disks under mounts, LVM, MD, LUKS, btrfs and swap."""
    score = wrong_disk.Score()
    case = wrong_disk.Case(stick=Hung.USB, mounted=False)

    wrong_disk.Matrix(case, str(SEED), tmp_path, server, score).prove()

    assert score.failed == 0, capsys.readouterr().out
    assert score.tried > 15
