"""How often the agent is right on real tool outputs whose file names tell the truth.

./scripts/bench accuracy --corpora DIR [--json]
DIR is laid out like ../shared/corpora (dmi, lscpu, edid, smartctl-exporter, scrutiny, pysmart, and
smartctl-failed where there is one); a folder that is missing is said. Ends 1 when a promise breaks.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "rig"), str(ROOT / "scripts" / "benches")]

import accuracy_health  # noqa: E402 - the benches are no package
from corpus_accuracy import Figure, measure  # noqa: E402 - the rig is no package

from rebond_schemas.codec import encode  # noqa: E402 - after the path of the rig

FOLDERS = ("dmi", "lscpu", "edid", "smartctl-exporter", "scrutiny", "pysmart", "smartctl-failed")


def main(argv: list[str]) -> int:
    """Print the figures; return 1 when a promise is broken, 2 when there is nothing to measure."""
    options = argparse.ArgumentParser(prog="bench accuracy", description=__doc__)
    options.add_argument("--corpora", type=Path, required=True, metavar="DIR")
    options.add_argument("--json", action="store_true", help="print the numbers as JSON")
    chosen = options.parse_args(argv)
    missing = [name for name in FOLDERS if not (chosen.corpora / name).is_dir()]
    if len(missing) == len(FOLDERS):
        print(f"{chosen.corpora}: none of {', '.join(FOLDERS)} is here", file=sys.stderr)
        return 2
    figures = measure(chosen.corpora)
    health = accuracy_health.measure(chosen.corpora)
    kept = all(one.kept for one in figures) and _health_kept(health)
    if chosen.json:
        told = {
            "figures": [as_data(one) for one in figures],
            "health": health,
            "missing_folders": missing,
            "promises_kept": kept,
        }
        print(encode(told).decode())
    else:
        print(text(figures))
        print(f"\nnot here: {', '.join(missing) or 'nothing'}\n")
        print(accuracy_health.text(health))
    return 0 if kept else 1


def as_data(one: Figure) -> dict[str, Any]:
    """Return one figure as plain values."""
    return {
        "name": one.name,
        "files": one.files,
        "judged": one.judged,
        "right": one.judged - len(one.wrong),
        "share": round(one.share, 4),
        "target": one.target,
        "kept": one.kept,
        "wrong": list(one.wrong),
    }


def text(figures: tuple[Figure, ...]) -> str:
    """Return the table and, under it, every file on which the agent and the name disagree."""
    lines = [f"{'what':<32} {'right':>7} {'judged':>7} {'files':>6} {'share':>7} {'target':>7}"]
    for one in figures:
        right = one.judged - len(one.wrong)
        lines.append(
            f"{one.name:<32} {right:>7} {one.judged:>7} {one.files:>6} {one.share:>7.1%} "
            f"{one.target:>7.0%}{'' if one.kept else '  MISSED'}"
        )
    for one in figures:
        lines += [f"{one.name}, not as the name says: {line}" for line in one.wrong]
    return "\n".join(lines)


def _health_kept(health: dict[str, Any]) -> bool:
    """Judge health only where there are drives to judge."""
    return bool(health["promises_kept"]) or not health["folders"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
