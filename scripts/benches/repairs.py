"""The repair plan beside a greedy one: how many devices the parts at hand lift, and in what time.

./scripts/bench repairs [--devices 500] [--parts 300] [--seeds 5]: each seed is another workshop. Every
lift is graded again with its parts, no part may go twice. Then small workshops made for parts that
several devices could use. Ends 1 when one of these fails, when the plan lifts fewer than the greedy
one (in the small ones: not more), or above 5 s.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "server" / "domain"))

from shelf import GREEDY_LOSES, ORDER, RULES, crowd  # noqa: E402 - the builders of the tests are no package

from rebond_server.domain.lift_way import changed  # noqa: E402 - after the path of the builders
from rebond_server.domain.repair_plan import RepairPlan, repair_plan  # noqa: E402 - likewise
from rebond_server.domain.rule_set import grade_by  # noqa: E402 - likewise

SECONDS = 5.0


def main(argv: list[str]) -> int:
    """Print one line a workshop; return 1 when a promise is broken."""
    options = argparse.ArgumentParser(prog="bench repairs", description=__doc__)
    options.add_argument("--devices", type=int, default=500)
    options.add_argument("--parts", type=int, default=300)
    options.add_argument("--seeds", type=int, default=5)
    chosen = options.parse_args(argv)
    print(f"{chosen.devices} devices, {chosen.parts} parts")
    print(f"{'seed':>4} {'lifted':>7} {'greedy':>7} {'confirmed':>10} {'twice':>6} {'seconds':>8}")
    kept = True
    for seed in range(1, chosen.seeds + 1):
        devices, stock = crowd(chosen.devices, chosen.parts, seed)
        began = time.monotonic()
        plan = repair_plan(devices, stock, RULES)
        took = time.monotonic() - began
        lifted, confirmed = len(plan.lifts), _confirmed(plan, {d.tag: d.facts for d in devices})
        uses = Counter(part.id for lift in plan.lifts for part in lift.parts)
        twice = sum(count > 1 for count in uses.values())
        print(
            f"{seed:>4} {lifted:>7} {plan.greedy:>7} {confirmed:>10} {twice:>6} {took:>8.1f}"
            f"  {plan.solver}, {uses.total()} parts used"
        )
        sound = not twice and confirmed == lifted and lifted >= plan.greedy
        kept = kept and sound and took <= SECONDS
    print()
    for name, (devices, stock, _) in GREEDY_LOSES.items():
        plan = repair_plan(devices, stock, RULES)
        confirmed = _confirmed(plan, {d.tag: d.facts for d in devices})
        print(
            f"{name}: {len(devices)} devices, {len(stock)} parts: lifted {len(plan.lifts)}"
            f" ({_who(plan)}), greedy {plan.greedy}, confirmed {confirmed}"
        )
        kept = kept and confirmed == len(plan.lifts) > plan.greedy
    print(f"promises (never twice, all confirmed, at least greedy, {SECONDS:g} s): {_word(kept)}")
    return 0 if kept else 1


def _who(plan: RepairPlan) -> str:
    return "; ".join(
        f"{lift.tag} {lift.before}→{lift.after}: {', '.join(part.id for part in lift.parts)}"
        for lift in plan.lifts
    )


def _confirmed(plan: RepairPlan, facts: dict) -> int:
    """Count the lifts whose device, graded again with these parts, has the grade promised."""
    return sum(
        again.label == lift.after and ORDER.index(again.overall.low) >= ORDER.index(lift.target)
        for lift in plan.lifts
        for again in [grade_by(changed(facts[lift.tag], lift.choices, lift.tests), RULES)]
    )


def _word(kept: bool) -> str:  # noqa: FBT001 - it is the whole question
    return "kept" if kept else "MISSED"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
