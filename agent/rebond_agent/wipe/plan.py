"""Which method for which medium: the decision table, and the plan made from it."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from msgspec import Struct

from rebond_agent.wipe.ata import PASSWORD
from rebond_agent.wipe.firmware_ways import SECURITY_ERASES, FirmwareWay, firmware_ways
from rebond_agent.wipe.guard import Policy, allow, unread
from rebond_agent.wipe.layer import Layer
from rebond_agent.wipe.reasons import Reason, Refusal, Sentence
from rebond_schemas.erasure import HiddenArea, Level, Method
from rebond_schemas.facts import Bus, Drive, DriveIdentity, DriveKind


class Limit(Struct, frozen=True, kw_only=True):
    """Something this erasure does not reach, for the certificate."""

    key: str
    fr: str
    en: str


class Way(Struct, frozen=True, kw_only=True):
    """One row of the table: a method that can be carried out, and the level it reaches."""

    method: Method
    level: Level
    layers: tuple[Layer, ...]


class Plan(Struct, frozen=True, kw_only=True):
    """What will be done to one drive. It is kept with the intent, so that a restart knows it."""

    drive: DriveIdentity
    path: str
    size_bytes: int
    method: Method
    level: Level
    """The level this method reaches when everything goes well."""
    layers: tuple[Layer, ...]
    """What is written by the host; of a firmware plan nothing."""
    firmware: tuple[FirmwareWay, ...] = ()
    """Firmware methods to try in turn; `method` and `level` are the first one's until one did it."""
    fallback: Way | None = None
    """The overwrite that follows when the drive refuses all of them; None: that is not enough."""
    sample_percent: float = 10.0
    ata_password: str | None = None
    """What a security erase locks the drive with meanwhile: kept before it is set."""
    psid: str | None = None
    """Reverts a drive that TCG Opal locks, before anything else."""
    hidden_area: HiddenArea
    native_size_bytes: int | None = None
    boot_partitions: tuple[str, ...] = ()
    """Devices of an eMMC's boot partitions: zeroed and read back when all else went well."""
    limits: tuple[Limit, ...] = ()
    look_for_mark: bool = False
    """No tool could read what it holds: its own bytes are asked whether it is one of our sticks."""


_CANARIES = Layer(places="canaries", pattern="aes_256_ctr")
_KEYED = Layer(places="whole", pattern="aes_256_ctr")
_ZEROS = Layer(places="whole", pattern="zeros")

# NIST SP 800-88r1 appendix A and IEEE 2883-2022: an overwrite by the host is a Clear, on every
# medium. Zeros once for magnetic media, behind canaries that find a drive which wraps around;
# flash gets incompressible data first, since its controllers compress and deduplicate zeros (Wei
# et al., FAST'11), then zeros. One row a method, best first: plans take the first that reaches
# the level asked for, and only methods that can be carried out stand here.
_ZERO_ONCE = (Way(method=Method.OVERWRITE_ZERO, level=Level.CLEAR, layers=(_CANARIES, _ZEROS)),)
_KEYED_THEN_ZERO = (
    Way(method=Method.OVERWRITE_AES_CTR, level=Level.CLEAR, layers=(_KEYED, _ZEROS)),
)
WAYS: Mapping[DriveKind, tuple[Way, ...]] = MappingProxyType(
    {
        DriveKind.HDD: _ZERO_ONCE,
        DriveKind.VIRTUAL: _ZERO_ONCE,
        DriveKind.IMAGE: _ZERO_ONCE,
        DriveKind.SSD: _KEYED_THEN_ZERO,
        DriveKind.NVME: _KEYED_THEN_ZERO,
        DriveKind.EMMC: _KEYED_THEN_ZERO,
        DriveKind.USB: _KEYED_THEN_ZERO,
        DriveKind.CARD_READER: _KEYED_THEN_ZERO,
        DriveKind.OPTICAL: (),
        DriveKind.UNKNOWN: (),
    }
)

_FLASH = frozenset(
    {DriveKind.SSD, DriveKind.NVME, DriveKind.EMMC, DriveKind.USB, DriveKind.CARD_READER}
)


def make_plan(
    drive: Drive, policy: Policy, *, failed_probes: Collection[str] = ()
) -> Plan | Refusal:
    """Return what to do to this drive, or why nothing is done; the guard speaks first."""
    allowed = allow(drive, policy, failed_probes=failed_probes)
    if isinstance(allowed, Refusal):
        return allowed
    ways = [way for way in WAYS[drive.kind] if _reaches(way.level, policy.level)]
    firmware = firmware_ways(drive, policy)
    if _is_locked(drive):
        # Reads and writes fail until the security erase that was cut short is finished.
        firmware = tuple(one for one in firmware if one.method in SECURITY_ERASES)
        ways = []
    if not ways and not firmware:
        return Refusal(reason=Reason.LEVEL_OUT_OF_REACH, detail=policy.level.value)
    return Plan(
        drive=drive.identity,
        path=drive.path,
        size_bytes=allowed.size_bytes,
        method=firmware[0].method if firmware else ways[0].method,
        level=firmware[0].level if firmware else ways[0].level,
        layers=() if firmware else ways[0].layers,
        firmware=firmware,
        fallback=ways[0] if firmware and ways else None,
        sample_percent=policy.sample_percent,
        ata_password=_password(firmware),
        psid=policy.psid,
        hidden_area=hidden_area(drive),
        native_size_bytes=drive.native_size_bytes,
        boot_partitions=drive.boot_partitions,
        limits=limits(drive),
        look_for_mark=unread(drive),
    )


def _password(ways: Collection[FirmwareWay]) -> str | None:
    return PASSWORD.decode() if any(way.method in SECURITY_ERASES for way in ways) else None


def _is_locked(drive: Drive) -> bool:
    return drive.security is not None and "locked" in drive.security


def _reaches(level: Level, wanted: Level) -> bool:
    return level is wanted or level is Level.PURGE


def hidden_area(drive: Drive) -> HiddenArea:
    """Say whether part of the drive lies outside what an overwrite addresses."""
    native, visible = drive.native_size_bytes, drive.identity.size_bytes
    if native is not None and visible is not None and native > visible:
        return HiddenArea.PRESENT
    if drive.kind in {DriveKind.IMAGE, DriveKind.VIRTUAL} or native == visible:
        return HiddenArea.NONE
    return HiddenArea.UNKNOWN


def limits(drive: Drive) -> tuple[Limit, ...]:
    """Return what an overwrite of this drive does not reach, as far as its facts tell."""
    found = []
    if drive.kind in _FLASH:
        found.append("over_provisioning")
    if drive.smart is not None and drive.smart.reallocated:
        found.append("reallocated")
    if drive.bridge is not None or drive.identity.bus is Bus.USB:
        found.append("bridge")
    if drive.boot_partitions:
        found.append("boot_partitions")
    if hidden_area(drive) is HiddenArea.UNKNOWN:
        found.append("hidden_area_unknown")
    elif hidden_area(drive) is HiddenArea.PRESENT:
        found.append("hidden_area_present")
    return tuple(Limit(key=key, fr=_LIMITS[key].fr, en=_LIMITS[key].en) for key in found)


_LIMITS: Mapping[str, Sentence] = MappingProxyType(
    {
        "over_provisioning": Sentence(
            fr="La réserve interne de la mémoire flash n'est pas atteinte par la réécriture.",
            en="The flash's internal reserve is not reached by overwriting.",
        ),
        "reallocated": Sentence(
            fr="Les secteurs réalloués par le disque ne sont pas atteints par la réécriture.",
            en="Sectors that the drive reallocated are not reached by overwriting.",
        ),
        "bridge": Sentence(
            fr="Le disque a été effacé à travers un adaptateur USB.",
            en="The drive was erased through a USB adapter.",
        ),
        "boot_partitions": Sentence(
            fr="Une partition de démarrage protégée en écriture par la carte eMMC garde son contenu.",
            en="A boot partition that the eMMC write-protects keeps its content.",
        ),
        "hidden_area_unknown": Sentence(
            fr="On ne sait pas si le disque a une zone cachée (HPA, DCO).",
            en="Whether the drive has a hidden area (HPA, DCO) is not known.",
        ),
        "hidden_area_present": Sentence(
            fr="Le disque a une zone cachée (HPA, DCO) que la réécriture n'atteint pas.",
            en="The drive has a hidden area (HPA, DCO) that overwriting does not reach.",
        ),
    }
)
