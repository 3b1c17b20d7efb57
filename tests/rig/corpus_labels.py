"""What the file names of the corpora say about maker, model and kind, and when a finding agrees.

The names are those of the linuxhw collections: `Kind__Maker__Line__Model__hash.txt`. Their maker
and model went through hw-probe's cleaning (fixModel, fixVendorModel, fmtVal in hw-probe.pl): the
maker's own name is dropped from the model, as are `Notebook PC`, marks and punctuation.
"""

import re
from dataclasses import dataclass

from rebond_schemas.maker_names import maker_name

KINDS = {
    "All_In_One": "all_in_one",
    "Convertible": "convertible",
    "Desktop": "desktop",
    "Detachable": "tablet",
    "Mini_Pc": "mini",
    "Nettop": "mini",
    "Notebook": "laptop",
    "Server": "server",
    "Stick_Pc": "mini",
    "Tablet": "tablet",
}
"""Folder types of linuxhw/DMI that are a chassis kind; others (System_On_Chip) judge nothing."""

NAMELESS = "Others"
_FILLER = frozenset(("cpu", "processor", "genuine", "intel", "amd", "r", "tm", "apu"))
_LEAST_PART = 4  # letters of a model that may be found the other way round: MM061


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What one file name promises; None where it promises nothing."""

    kind: str | None = None
    maker: str | None = None
    model: str | None = None
    cpuid: str | None = None


def dmi_labels(stem: str) -> Labels:
    """Return the labels of a file of dmi/."""
    kind, maker, _, model = (*stem.split("__"), "", "", "", "")[:4]
    return Labels(
        kind=KINDS.get(kind),
        maker=None if maker in (NAMELESS, "") else maker.replace("_", " "),
        model=None if model in (NAMELESS, "") else model.replace("_", " "),
    )


def lscpu_labels(stem: str) -> Labels:
    """Return the labels of a file of lscpu/; the CPUID is `family-model-stepping`, decimal."""
    if "__" not in stem:
        return Labels()
    maker, _, model = (*stem.split("__"), "")[:3]
    cpuid = re.search(r"__+(\d+-\d+-\d+)__", stem)
    return Labels(
        maker=maker or None, model=model.replace("_", " "), cpuid=cpuid[1] if cpuid else None
    )


def edid_code(stem: str) -> str | None:
    """Return maker letters and product number of a file of edid/: DEL409A."""
    found = re.search(r"__([A-Z]{3}[0-9A-F]{4})__", stem)
    return found[1] if found else None


def folded(text: str | None) -> str:
    """Return letters and digits alone, small."""
    return re.sub(r"[^a-z0-9]", "", (text or "").lower())


def same_maker(promised: str | None, found: str | None) -> bool:
    """Say whether both are one company: each goes through the agent's own table of makers."""
    if promised is None:
        return True
    one, other = folded(maker_name(promised)), folded(maker_name(found))
    return bool(one and other) and (one in other or other in one)


def same_model(promised: str | None, marketing_name: str | None, model: str | None) -> bool:
    """Say whether the names found hold the model promised, or are a coded part of it."""
    if promised is None:
        return True
    wanted, full = folded(promised), folded(f"{marketing_name or ''} {model or ''}")
    short = folded(model)
    coded = len(short) >= _LEAST_PART and any(c.isdigit() for c in short) and short in wanted
    return bool(wanted) and (wanted in full or coded)


def same_processor(promised: str | None, found: str | None) -> bool:
    """Say whether every word promised stands in the name found, in this order.

    Blanks tell nothing: `Athlon64 X2` is `Athlon 64 X2`. `Unknown` is promised of engineering
    samples, whose name must then be unknown here too.
    """
    words, left = _words(promised), "".join(_words(found))
    if words == ["unknown"]:
        return found is None
    for word in words:
        _, there, left = left.partition(word)
        if not there:
            return False
    return True


def promised_generation(model: str | None) -> int | None:
    """Return the generation that a Core iN name tells: three digits are the first."""
    named = re.search(r"Core i[3579][- ](?:[A-Z]{1,2} )?(\d{3,5})", model or "")
    if named is None:
        return 12 if re.search(r"Core i3-N\d{3}", model or "") else None
    digits = named[1]
    if len(digits) == 3:
        return 1
    return int(digits[:2]) if digits[0] == "1" else int(digits[0])


def _words(text: str | None) -> list[str]:
    text = re.sub(r"\bCore(?:\(TM\)|™)? ?(\d)\b", r"Core\1", text or "")
    return [word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in _FILLER]
