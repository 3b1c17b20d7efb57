"""Machines for the bench's stock: what workshops see, each with facts, a drive and a grade by the real rules."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from rebond_schemas.statement import Inventory
from rebond_server.domain.fact_registry import REGISTRY
from rebond_server.domain.facts import Fact, project
from rebond_server.domain.health import Health
from rebond_server.domain.rule_set import grade_by
from rebond_server.rules.load import grading_rules
from rebond_server.store.base import plain

EXAMPLE = Path(__file__).parents[2] / "schemas/examples/inventory.json"
VARIANTS = 512
"""Rows of the table of machines; a model that is met often has several."""
TOLD = 0.97
"""The part of what a machine does not say that a person has looked at."""

CATALOGUE: tuple[tuple[str, str, int, str], ...] = (
    ("Lenovo", "laptop", 30, ("ThinkPad T440|ThinkPad T450s|ThinkPad T460|ThinkPad T470|ThinkPad T480|"
     "ThinkPad X250|ThinkPad X270|ThinkPad X280|ThinkPad L470|ThinkPad E570|IdeaPad 320-15IKB")),
    ("Lenovo", "desktop", 10, "ThinkCentre M710q|ThinkCentre M73|ThinkCentre M900|ThinkCentre M920s"),
    ("Dell", "laptop", 30, ("Latitude E5450|Latitude E7450|Latitude E7470|Latitude 5480|Latitude 5490|"
     "Latitude 7390|Latitude 7490|Inspiron 15-3567|Vostro 3568|XPS 13 9350|Precision 5520")),
    ("Dell", "desktop", 12, "OptiPlex 3020|OptiPlex 3040|OptiPlex 5050|OptiPlex 7040|OptiPlex 9020"),
    ("HP", "laptop", 30, ("EliteBook 820 G3|EliteBook 840 G3|EliteBook 840 G5|ProBook 430 G4|"
     "ProBook 450 G5|ProBook 640 G2|ProBook 650 G4|250 G6 Notebook PC|Pavilion 15|ZBook 15 G3")),
    ("HP", "desktop", 12, "EliteDesk 800 G1|EliteDesk 800 G3|ProDesk 400 G4|ProDesk 600 G2|Z240"),
    ("Fujitsu", "laptop", 5, "Lifebook U757|Lifebook E744|Lifebook A357"),
    ("Fujitsu", "desktop", 3, "Esprimo D556|Esprimo Q920"),
    ("ASUS", "laptop", 8, "ZenBook UX430|X555LA|VivoBook S15|ExpertBook B9450"),
    ("Acer", "laptop", 8, "TravelMate P449|Aspire E5-573|Swift 3|Chromebook 14"),
    ("Toshiba", "laptop", 5, "Portégé Z30|Satellite Pro R50|Tecra Z40"),
    ("Apple", "laptop", 5, "MacBook Air 7,2|MacBook Pro 12,1|MacBook Air 6,2"),
    ("Apple", "all_in_one", 2, "iMac 14,4|iMac 16,2"),
    ("MSI", "laptop", 1, "GP62 6QF|PS42"),
    ("Microsoft", "tablet", 2, "Surface Pro 4|Surface Pro 5"),
    ("Samsung", "smartphone", 6, "Galaxy A5|Galaxy S8|Galaxy A20e|Galaxy J3"),
    ("Apple", "smartphone", 4, "iPhone 7|iPhone 8|iPhone SE"),
    ("Fairphone", "smartphone", 1, "FP2|FP3"),
    ("Iiyama", "screen", 6, "ProLite B2283|ProLite XB2483|ProLite E2083"),
    ("Dell", "screen", 7, "P2214H|P2417H|U2412M|E2216H"),
    ("HP", "screen", 5, "EliteDisplay E231|E222|V24"),
    ("LG", "screen", 2, "24MB35|22EA53"),
)  # fmt: skip
"""Maker, kind, how often of 200, and the models."""
DRIVES = (
    ("Samsung SSD 860 EVO 250GB", "ssd", 250_059_350_016),
    ("Samsung SSD 850 PRO 256GB", "ssd", 256_060_514_304),
    ("Crucial MX500 500GB", "ssd", 500_107_862_016),
    ("KINGSTON SA400S37240G", "ssd", 240_057_409_536),
    ("TOSHIBA MQ01ABF050", "hdd", 500_107_862_016),
    ("WDC WD5000LPCX-24VHAT0", "hdd", 500_107_862_016),
    ("ST1000LM035-1RK172", "hdd", 1_000_204_886_016),
    ("SAMSUNG MZVLW256HEHP-000L7", "ssd", 256_060_514_304),
)

_NEAR: dict[str, tuple[float, ...]] = {
    "drive_hours": (900, 4000, 9000, 14_000, 22_000),
    "screen_width": (1366, 1920),
    "machine_year": (2014, 2016, 2018),
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One row: JSON as text; None where this kind of device is not booted on a stick."""

    kind: str
    maker: str
    model: str
    drive: str
    size: int
    health: str
    facts: str | None
    drive_facts: str
    overall: str
    axes: str
    reasons: str
    grade_facts: str


def machines(seed: int) -> list[Machine]:
    """Return the table's rows, the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - a bench
    entries = [(maker, kind, models.split("|")) for maker, kind, _, models in CATALOGUE]
    chosen = dice.choices(entries, [often for _, _, often, _ in CATALOGUE], k=VARIANTS)
    rules = grading_rules()
    return [
        _machine(dice, maker, kind, dice.choice(models), rules) for maker, kind, models in chosen
    ]


def _machine(dice: random.Random, maker: str, kind: str, model: str, rules: Any) -> Machine:  # noqa: ANN401 - a rule set
    booted = kind not in {"smartphone", "screen"}
    drive, medium, size = dice.choice(DRIVES)
    facts = _facts(dice, maker, model, (drive, medium, size))
    health = dice.choices(list(Health), [80, 8, 5, 3, 4])[0]
    inventory = msgspec.convert(json.loads(EXAMPLE.read_text()) | {"facts": facts}, Inventory)
    known = project(inventory, healths=[health], erased=True)
    known = {name: _looked_at(dice, name, fact) for name, fact in known.items()}
    found = grade_by(known, rules)
    axes = plain({axis.value: span for axis, span in found.axes.items()}) | {
        "overall": plain(found.overall)
    }
    return Machine(
        kind=kind,
        maker=maker,
        model=model,
        drive=drive,
        size=size,
        health=health.value,
        facts=json.dumps(facts) if booted else None,
        drive_facts=json.dumps(facts["drives"][0]),
        overall=found.label,
        axes=json.dumps(axes),
        reasons=msgspec.json.encode(found.reasons).decode(),
        grade_facts=msgspec.json.encode(known).decode(),
    )


def _facts(
    dice: random.Random, maker: str, model: str, drive: tuple[str, str, int]
) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(EXAMPLE.read_text())["facts"]
    facts["board"] |= {"maker": maker, "model": model}
    memory = dice.choice((4096, 8192, 8192, 16384))
    facts["memory"] |= {
        "installed_mib": memory,
        "usable_mib": memory - 200,
        "slots": 2,
        "free_slots": 1,
        "maximum_mib": 32768,
    }
    facts["processor"] |= {
        "year": dice.randrange(2013, 2020),
        "cores": dice.choice((2, 4)),
        "threads": dice.choice((4, 8)),
        "x86_64_level": 3,
    }
    facts["firmware"] |= {"setup_password": dice.random() < 0.03}
    facts["network"].append(facts["network"][0] | {"name": "wlan0", "kind": "wifi"})
    name, medium, size = drive
    facts["drives"][0] |= {"kind": medium, "path": "/dev/sda", "native_size_bytes": size}
    facts["drives"][0]["identity"] |= {
        "model": name,
        "serial": f"S3Y{dice.randrange(10**9):09}",
        "size_bytes": size,
        "bus": "ata",
    }
    facts["batteries"][0]["health_percent"] = float(dice.randrange(30, 100))
    return facts


def _looked_at(dice: random.Random, name: str, fact: Fact) -> Fact:
    """Return a fact as it stands once somebody has looked: good for most, unknown for some."""
    scale = REGISTRY[name]
    if fact.value is not None or scale.better is None or dice.random() > TOLD:
        return fact
    if scale.type == "choice":
        value: Any = scale.order[-1] if dice.random() < TOLD else dice.choice(scale.order)
    elif scale.type == "yes_no":
        value = (scale.better == "more") if dice.random() < TOLD else scale.better != "more"
    elif name in _NEAR:
        value = dice.choice(_NEAR[name])
    else:
        return fact
    return Fact(value=value, unit=scale.unit, source="declared", status="declared")
