"""Cuts at random points of an erasure: each is told as interrupted, and the next run ends it truly.

./scripts/prove wipe-cuts [--seed N] [--count M]: as root, on loop devices, by the agent with its
stick: kill -9 of the agent or of the process that writes, and power cuts that lose what the drive
had not confirmed. Ends 1 when an interruption was told as anything else, when a run behind it did
not come to its end, or when something of the content is left under a positive verdict.
"""

import argparse
import collections
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from wiping import loops
from wiping.cutting import HOWS, cut, run_to_the_end
from wiping.result import POSITIVE, remainder

from rebond_agent.delivery.enrolment import enrol
from rebond_agent.delivery.fake_server import FakeServer
from rebond_agent.stick.durable import Durable
from rebond_schemas.erasure import Ending
from rebond_schemas.facts import DriveKind
from rebond_schemas.statement import Erasure
from rebond_server.domain.verdict import judge
from rebond_server.domain.verdict_reason import Verdict

MEBIBYTE = 1 << 20


def main() -> int:
    """Run the proof; the exit status says whether it holds."""
    options = _options()
    if not loops.work():
        print("NOT TRIED: needs root, losetup and /dev/loop-control")
        return os.environ.get("CI") == "true"
    began = time.monotonic()
    counts: collections.Counter[str] = collections.Counter()
    wrong: list[str] = []
    number = 0
    while counts["cuts"] < options.count:
        with tempfile.TemporaryDirectory() as folder:
            wrong += [f"drive {number}: {one}" for one in _drive(options.seed, number, Path(folder), counts)]  # fmt: skip
        number += 1
        print(f"... {counts['cuts']} of {options.count} cuts", file=sys.stderr)
    for name, count in sorted(counts.items()):
        print(f"{name:44}{count:>6}")
    seconds = time.monotonic() - began
    print(f"tried {counts['cuts']} cuts on {number} drives, wrong {len(wrong)}, seed {options.seed}, {seconds:.0f} s")  # fmt: skip
    for one in wrong:
        print(" ", one)
    return 1 if wrong else 0


def _drive(seed: int, number: int, folder: Path, counts: collections.Counter[str]) -> list[str]:
    """Erase one device with up to three cuts; return what is wrong."""
    chance = random.Random(f"cuts:{seed}:{number}")  # noqa: S311 - replayable, not secret
    size = chance.randint(24, 64) * MEBIBYTE + 4096 * chance.randint(0, 9)
    store = folder / "disk"
    content = chance.randbytes(size)
    store.write_bytes(content)
    stick = enrol(folder / "stick", FakeServer(), code="GOOD-CODE", name="Essai", language="fr", disk=Durable()).stick  # fmt: skip
    told: list[Erasure] = []
    cuts = 0
    with loops.attached(store, 4096) as device:
        drive = loops.seen(device, chance.choice([DriveKind.VIRTUAL, DriveKind.SSD]))
        for turn in range(chance.randint(1, 3)):
            done = cut(HOWS[(number + turn) % len(HOWS)], chance, device, drive, stick, store)
            told += done.statements
            if not done.hit:
                break
            cuts += 1
            counts[done.how] += 1
        if not told or told[-1].ending is not Ending.COMPLETED:
            told += run_to_the_end(device, drive, stick)
    counts["cuts"] += cuts
    verdicts = [judge(one, drive).verdict for one in told]
    left = remainder(content, store.read_bytes())
    last = told[-1]
    counts["drives gone on with from a checkpoint"] += last.resumed > 0
    counts[f"last verdict {verdicts[-1].value}"] += 1
    wrong = []
    if verdicts[:-1].count(Verdict.INTERRUPTED) != cuts:
        wrong.append(f"{cuts} cuts were told as {[one.value for one in verdicts[:-1]]}")
    if verdicts[-1] not in POSITIVE:
        wrong.append(f"the last run ended {last.ending.value}: {last.reason}")
    if left and verdicts[-1] in POSITIVE:
        wrong.append(f"{left} bytes left under {verdicts[-1].value}")
    return wrong


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove wipe-cuts", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50, help="cuts that fell into the work")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
