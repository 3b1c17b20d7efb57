"""How often the parsers agree with the labels of the corpora: one figure a promise of issue 2.

A folder that is not there gives no figure; nothing here raises for a file's content.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import corpus_labels as labels

from rebond_agent.machine import OUTPUT_LIMIT
from rebond_agent.probes import board, edid, memory, processor, smart, smartctl, smbios, tool_json
from rebond_agent.probes.smbios import Structure

LEAST_MODULE_MIB = 16
"""No row of flash memory is so large, no module of a machine worth testing is smaller."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One promise: how many files kept it, which did not, and the share promised (0 to 1)."""

    name: str
    target: float
    files: int = 0
    unjudged: int = 0
    wrong: tuple[str, ...] = ()

    @property
    def judged(self) -> int:
        """Files that could keep or break the promise."""
        return self.files - self.unjudged

    @property
    def share(self) -> float:
        """Share of the judged files that kept it; 1 when nothing could be judged."""
        return 1 - len(self.wrong) / self.judged if self.judged else 1.0

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.share >= self.target


@dataclass
class _Count:
    name: str
    target: float
    files: int = 0
    unjudged: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, file: str, told: object = "", *, right: bool | None) -> None:
        self.files += 1
        self.unjudged += right is None
        if right is False:
            self.wrong.append(f"{file}: {told}" if told != "" else file)

    def figure(self) -> Figure:
        return Figure(
            name=self.name,
            target=self.target,
            files=self.files,
            unjudged=self.unjudged,
            wrong=tuple(self.wrong),
        )


def measure(corpora: Path) -> tuple[Figure, ...]:
    """Return every figure whose folder is there."""
    parts = (_dmi, _lscpu, _edid, _smartctl)
    return tuple(one.figure() for part in parts for one in part(corpora) if one.files)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            about = path.name.startswith((".", "LICENSE", "README"))
            if path.is_file() and not about:
                yield path


def _read(path: Path) -> bytes:
    """Return a file's bytes, as many as the agent reads of any tool; none when it can't be read."""
    try:
        with path.open("rb") as file:
            return file.read(OUTPUT_LIMIT)
    except OSError:
        return b""


def _label(path: Path, folder: Path) -> str:
    """Return what names a file: its name, or the folders above it where those are the label."""
    name = path.name.removesuffix(".txt")
    return name if "__" in name else "__".join((*path.relative_to(folder).parts[:-1], name))


def _dmi(corpora: Path) -> tuple[_Count, ...]:
    parsed, named = _Count("dmi parsed", 1.0), _Count("dmi maker and model", 0.97)
    chassis, ram = _Count("dmi chassis kind", 0.97), _Count("dmi memory never 0, no flash", 1.0)
    for path in _files(corpora / "dmi"):
        promised = labels.dmi_labels(_label(path, corpora / "dmi"))
        structures = smbios.parse_smbios(_read(path).decode("utf-8", "replace"))
        parsed.add(path.name, right=bool(structures))
        found = board.parse_board(structures)
        right = labels.same_maker(promised.maker, found.maker) and labels.same_model(
            promised.model, found.marketing_name, found.model
        )
        told = f"{found.maker} | {found.marketing_name} | {found.model}"
        nameless = promised.maker is promised.model is None
        named.add(path.name, told, right=None if nameless else right)
        kind = promised.kind
        right = None if kind is None else kind == found.chassis
        chassis.add(path.name, found.chassis, right=right)
        fault = memory_fault(structures)
        ram.add(path.name, fault, right=fault is None)
    return parsed, named, chassis, ram


def memory_fault(structures: tuple[Structure, ...]) -> str | None:
    """Return what is wrong with the memory found in one SMBIOS text, None when nothing is."""
    found = memory.parse_memory(structures)
    rows = smbios.of_kind(structures, 17)
    flash = [row for row in rows if row.get("Type") in ("Flash", "ROM")]
    small = [m.size_mib for m in found.modules if m.size_mib and m.size_mib < LEAST_MODULE_MIB]
    if found.installed_mib == 0:
        return "installed memory is 0"
    if small:
        return f"modules of {small} MiB"
    if found.slots is not None and found.slots > len(rows) - len(flash):
        return "a flash row counts as a slot"
    sizes = [module.size_mib or 0 for module in found.modules]
    if any(sizes) and found.installed_mib != sum(sizes):
        return f"{found.installed_mib} MiB installed, modules of {sizes}"
    return None


def _lscpu(corpora: Path) -> tuple[_Count, ...]:
    named, aged = _Count("lscpu maker and model", 0.98), _Count("lscpu generation", 0.98)
    for path in _files(corpora / "lscpu"):
        promised = labels.lscpu_labels(_label(path, corpora / "lscpu"))
        found = processor.parse_lscpu(_read(path).decode("utf-8", "replace"))
        told = "-".join(str(number) for number in (found.family, found.model, found.stepping))
        right = (
            labels.same_maker(promised.maker, found.maker)
            and labels.same_processor(promised.model, found.name)
            and promised.cpuid in (None, told)
        )
        nameless = promised == labels.Labels()
        named.add(
            path.name, f"{found.maker} | {found.name} | {told}", right=None if nameless else right
        )
        number = labels.promised_generation(promised.model)
        known = found.generation is not None
        right_age = known if number is None else found.generation_number == number
        # Only x86 processors have a generation in the table.
        judged = promised.maker in ("Intel", "AMD")
        told = f"{found.name} | {found.generation} | {found.design}"
        aged.add(path.name, told, right=right_age if judged else None)
    return named, aged


def _edid(corpora: Path) -> tuple[_Count, ...]:
    maker, size = _Count("edid maker and product", 0.98), _Count("edid resolution", 0.98)
    for path in _files(corpora / "edid"):
        raw = _read(path)
        text = raw.decode("utf-8", "replace")
        found = edid.parse_edid(raw) or edid.parse_edid_decode(text)
        code = labels.edid_code(_label(path, corpora / "edid"))
        told = found and f"{found.product} | {found.width_px}x{found.height_px}"
        right = found is not None and found.product == code
        maker.add(path.name, told, right=None if code is None else right)
        promised = promised_resolution(text)
        same = found is not None and (found.width_px, found.height_px) == promised
        size.add(path.name, told, right=None if promised is None else same)
    return maker, size


def promised_resolution(text: str) -> tuple[int, int] | None:
    """Return the first detailed timing in edid-decode's own words, of today or before 2019."""
    new = re.search(r"\bDTD\s+1:\s*(\d{3,5})x(\d{3,5})", text)
    old = re.search(r"Detailed mode:[^\n]*\n\s*(\d{3,5})\b[^\n]*\n\s*(\d{3,5})\b", text)
    found = new or old
    return (int(found[1]), int(found[2])) if found else None


def _smartctl(corpora: Path) -> tuple[_Count, ...]:
    decoded = _Count("smartctl reports decoded", 1.0)
    silent = _Count("other texts left unknown", 1.0)
    for folder in ("smartctl-exporter", "scrutiny", "smartctl-failed", "pysmart"):
        for path in _files(corpora / folder):
            report = tool_json.load(_read(path))
            told = any(tool_json.at(report, key) is not None for key in ("smartctl", "device"))
            count = decoded if told else silent
            try:
                found = smart.parse_smart(report)
                smartctl.parse_identity(report)
            except Exception as error:  # noqa: BLE001 - that none is raised is what is measured
                told = f"{type(error).__name__}: {error}"
                count.add(f"{folder}/{path.name}", told, right=False)
                continue
            count.add(f"{folder}/{path.name}", right=(found is not None) is told)
    return decoded, silent
