"""The processor, from lscpu's text; py-cpuinfo answers where lscpu does not."""

import re

import msgspec

from rebond_agent.machine import Library, Machine
from rebond_agent.probes import tool_json
from rebond_agent.probes.answer import Answer, measured, unknown
from rebond_agent.probes.generation import find_generation
from rebond_schemas.facts import Facts, Processor
from rebond_schemas.maker_names import maker_name
from rebond_schemas.text import clean

COMMAND = ("lscpu",)
CPUINFO = "/proc/cpuinfo"
_FIRST_CORE = 8192  # bytes that hold the first processor's lines

_VENDORS = {
    "GenuineIntel": "Intel",
    "AuthenticAMD": "AMD",
    "HygonGenuine": "Hygon",
    "CentaurHauls": "VIA",
    "VIA VIA VIA": "VIA",
    "Shanghai": "Zhaoxin",
    "ARM": "ARM",
    "Apple": "Apple",
}

# x86-64 psABI 1.0, table 3.1, in the names of /proc/cpuinfo (lzcnt is `abm` there, sse3 is `pni`).
_LEVELS = (
    (2, "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"),
    (3, "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"),
    (4, "avx512f avx512bw avx512cd avx512dq avx512vl"),
)

# Engineering samples and what the BIOS did not know: "Genuine Intel(R) CPU 0000 @ 2.60GHz",
# "Intel(R) CPU $0000%@", "AMD Processor model unknown", "AMD Eng Sample: ZS288145TCG54".
_NAMELESS = re.compile(
    r"(?:Intel|AMD)?\s*(?:Eng Sample:?.*|(?:Hammer Family - )?model unknown)?[$%0 ]*(?:\d+MHz)?",
    re.IGNORECASE,
)

_FEATURES_KEPT = 256


def parse_lscpu(text: str) -> Processor:
    """Return what a `lscpu` text in English says; a value it does not say is None."""
    said: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.strip().partition(":")
        if colon and value.strip():
            said.setdefault(key.strip(), value.strip())
    flags = tuple(said.get("Flags", said.get("Features", "")).split())
    bits = re.match(r"(\d{2}) bits physical", said.get("Address sizes", ""))
    sockets, per_socket = _whole(said.get("Socket(s)")), _whole(said.get("Core(s) per socket"))
    cores = sockets * per_socket if sockets and per_socket else None
    told = _processor(
        brand=said.get("Model name"),
        vendor=said.get("Vendor ID"),
        numbers=(
            _whole(said.get("CPU family")),
            _whole(said.get("Model")),
            _whole(said.get("Stepping")),
        ),
        counts=(sockets, cores, _whole(said.get("CPU(s)"))),
        max_mhz=_mhz(said.get("CPU max MHz")),
        flags=flags,
    )
    return msgspec.structs.replace(
        told,
        min_mhz=_mhz(said.get("CPU min MHz")),
        l1_data_kib=_kibibytes(said.get("L1d cache")),
        l1_code_kib=_kibibytes(said.get("L1i cache")),
        l2_kib=_kibibytes(said.get("L2 cache")),
        l3_kib=_kibibytes(said.get("L3 cache")),
        address_bits=int(bits[1]) if bits else None,
    )


def parse_cpuinfo(answer: object) -> Processor:
    """Return what py-cpuinfo says. Its caches and clocks are not used: they are wrong (see 1.2)."""
    flags = [one for one in tool_json.rows(answer, "flags") if isinstance(one, str)]
    return _processor(
        brand=tool_json.word(answer, "brand_raw"),
        vendor=tool_json.word(answer, "vendor_id_raw"),
        numbers=(
            tool_json.whole(answer, "family"),
            tool_json.whole(answer, "model"),
            tool_json.whole(answer, "stepping"),
        ),
        counts=(None, None, tool_json.whole(answer, "count")),
        max_mhz=None,
        flags=tuple(flags),
    )


def short_name(brand: str | None) -> str | None:
    """Return the brand string without marks, clock and filler: `Intel Core i5-8265U`."""
    text = re.sub(r"\((?:R|TM|tm|r)\)|[®™]", " ", clean(brand) or "")
    text = re.sub(r"@.*$|\b\d+\.\d+\s?GHz\b", " ", text)
    text = re.sub(r"\b(?:CPU|Processor|processor|Genuine)\b", " ", text)
    text = re.sub(r"\bCore +2\b", "Core2", text)
    name = clean(text.replace(" -", "-").replace(" ,", ","))
    return None if name is None or _NAMELESS.fullmatch(name) else name


def x86_64_level(flags: tuple[str, ...]) -> int | None:
    """Return the psABI level 1 to 4, 0 for a 32-bit processor, None when no flags are known."""
    if not flags:
        return None
    has = set(flags)
    if "lm" not in has:
        return 0 if "fpu" in has else None
    level = 1
    for number, names in _LEVELS:
        if not has.issuperset(names.split()):
            break
        level = number
    return level


def probe(machine: Machine) -> Answer:
    """Ask lscpu; py-cpuinfo, which takes 1.2 s, only where lscpu names no processor."""
    processor = parse_lscpu(machine.run(COMMAND).text)
    source = measured("lscpu")
    if processor.maker is None and processor.name is None:
        processor = parse_cpuinfo(machine.ask(Library.CPUINFO))
        source = measured("cpuinfo") if processor != Processor() else unknown("lscpu")
    code = re.search(rb"^microcode\s*:\s*(0x[0-9a-f]{1,8})", _cpuinfo(machine), re.MULTILINE)
    sources = {"processor": source}
    if code:
        processor = msgspec.structs.replace(processor, microcode=code[1].decode())
        sources["processor.microcode"] = measured(CPUINFO)
    return Answer(facts=Facts(processor=processor), sources=sources)


def _cpuinfo(machine: Machine) -> bytes:
    """Return what the kernel says of the first core."""
    return (machine.read(CPUINFO) or b"")[:_FIRST_CORE]


def probe_second_opinion(machine: Machine) -> Answer:
    """Keep py-cpuinfo's answer among the evidence."""
    machine.ask(Library.CPUINFO)
    return Answer()


def _processor(
    *,
    brand: str | None,
    vendor: str | None,
    numbers: tuple[int | None, int | None, int | None],
    counts: tuple[int | None, int | None, int | None],
    max_mhz: int | None,
    flags: tuple[str, ...],
) -> Processor:
    name = short_name(brand)
    maker = _VENDORS.get(vendor or "") or maker_name(clean(vendor))
    generation = find_generation(maker, name or "", *numbers)
    names = tuple(flag for flag in flags if re.fullmatch(r"[a-z0-9][a-z0-9_.:/+-]{0,63}", flag))
    return Processor(
        name=name,
        maker=maker,
        family=numbers[0],
        model=numbers[1],
        stepping=numbers[2],
        generation=generation.name,
        generation_number=generation.number,
        design=generation.design,
        year=generation.year,
        sockets=counts[0],
        cores=counts[1],
        threads=counts[2],
        x86_64_level=x86_64_level(flags),
        max_mhz=max_mhz,
        virtualisation=bool({"vmx", "svm"} & set(flags)) if flags else None,
        features=names[:_FEATURES_KEPT],
    )


def _whole(raw: str | None) -> int | None:
    return int(raw) if raw and re.fullmatch(r"\d{1,9}", raw) else None


def _kibibytes(raw: str | None) -> int | None:
    """Return the caches of all cores: `96 KiB (2 instances)`, before util-linux 2.34 `32K` of one."""
    found = re.match(r"(\d{1,7})(?:[.,](\d))? ?([KMG])", raw or "")
    if not found:
        return None
    tenths = int(found[1]) * 10 + int(found[2] or 0)
    return tenths * {"K": 1, "M": 2**10, "G": 2**20}[found[3]] // 10 or None


def _mhz(raw: str | None) -> int | None:
    found = re.fullmatch(r"(\d{1,6})(?:[.,]\d+)?", raw or "")
    return int(found[1]) or None if found else None
