"""From a stored certificate to the lines of its paper and of its public page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rebond_schemas.erasure import Level
from rebond_schemas.signing import public_key
from rebond_server.documents.certificate import Paper, PaperDrive, PaperLine
from rebond_server.domain.certificate import Certificate, CertifiedDrive, Reading, SeenByPeople
from rebond_server.domain.firmware_proof import is_firmware
from rebond_server.operations.issue_certificate import certificate_of
from rebond_server.store.queries.certificate import CertificateLine
from rebond_server.store.queries.proof import ERASED_ELSEWHERE, RESET
from rebond_server.web.words import DRIVE_KINDS, KINDS, METHODS

_STANDARD = "NIST SP 800-88 Rev. 2 et IEEE 2883-2022"
_UNKNOWN = "inconnu"
PROVES = (
    "Un relevé signé par la clé de l'atelier est arrivé au serveur à l'heure dite et n'a pas changé "
    "depuis ; le serveur a recalculé le niveau à partir de ce relevé. Ce papier ne remplace pas un "
    "examen du disque en laboratoire, et il est retiré si une preuve ultérieure le contredit."
)

SEEN = (
    "Ce que deux personnes attestent repose sur leur seule parole : c'est une preuve plus faible "
    "qu'une relecture, et ce papier ne dit rien de plus."
)


def paper_of(line: CertificateLine, key: bytes, address: str, zone: ZoneInfo) -> Paper:
    """Return everything that the paper says."""
    said = certificate_of(line.row)
    withdrawn = line.withdrawn
    return Paper(
        number=said.number,
        workshop=said.workshop,
        lines=_device(said, zone),
        drives=(
            *(_drive(drive, zone) for drive in said.drives),
            *(_seen(one, zone) for one in said.seen),
        ),
        proves=_proves(said),
        code=line.row.code,
        address=address,
        public_key=public_key(key),
        withdrawn=None if withdrawn is None else f"Retiré le {_moment(withdrawn, zone)}.",
    )


def _device(said: Certificate, zone: ZoneInfo) -> tuple[PaperLine, ...]:
    kind = KINDS[said.kind].fr if said.kind in KINDS else said.kind
    return (
        PaperLine("Atelier", said.workshop),
        PaperLine("Fait le", f"{_moment(said.issued, zone)}, par {said.issued_by}"),
        PaperLine("Appareil", f"{said.tag}, {kind}"),
        PaperLine("Fabricant, modèle", f"{said.maker or _UNKNOWN}, {said.model or _UNKNOWN}"),
        PaperLine("Numéro de série", said.serial or _UNKNOWN),
    )


def _drive(drive: CertifiedDrive, zone: ZoneInfo) -> PaperDrive:
    return PaperDrive(
        title=f"{drive.model or 'modèle inconnu'}, n° {drive.serial or _UNKNOWN}",
        level=_level(drive),
        lines=(
            PaperLine("Fabricant", drive.maker or "le disque ne le dit pas"),
            PaperLine("Modèle", drive.model or _UNKNOWN),
            PaperLine("Numéro de série", drive.serial or _UNKNOWN),
            PaperLine("Taille", _bytes(drive.size_bytes)),
            PaperLine("Support", DRIVE_KINDS[drive.medium].fr),
            *_where(drive, zone),
            PaperLine("Méthode", METHODS[drive.method].fr),
            PaperLine("Outil", drive.tool),
            PaperLine("Vérification", _reading(drive.reading)),
            PaperLine("Opérateur", drive.operator or "non relevé"),
            PaperLine(
                "Vérificateur", f"un autre processus de la clé « {drive.stick} », puis le serveur"
            ),
            *_reread(drive, zone),
            PaperLine("Moment", _interval(drive, zone)),
            PaperLine("Empreinte du relevé", drive.evidence),
        ),
        limits=(*drive.limits, *_accepted(drive)),
        unverified=_unverified(drive),
    )


def _seen(one: SeenByPeople, zone: ZoneInfo) -> PaperDrive:
    """Return what two people attest, with its lower class of evidence in the place of a level."""
    named = f"{one.model or 'modèle inconnu'}, n° {one.serial or _UNKNOWN}"
    if one.what == PULLED:
        return _left(named)
    reset = one.what == RESET
    how, unread = _HOW[one.what]
    return PaperDrive(
        title=f"mémoire interne de l'appareil ({named})" if reset else named,
        level="Aucun niveau : deux personnes l'attestent, aucune lecture ne le prouve.",
        lines=(
            PaperLine(
                "Méthode",
                how,
            ),
            PaperLine("Vérification", "aucune relecture"),
            *(
                PaperLine("Témoin", f"{name}, le {_moment(at, zone)} : {how}")
                for name, at, how in one.words
            ),
        ),
        limits=(),
        unverified=(unread,),
    )


_HOW = {
    RESET: (
        "réinitialisation par l'appareil lui-même, devant témoins",
        "Ce qui reste dans la mémoire après la réinitialisation : personne ne l'a lu.",
    ),
    "destroyed": (
        "disque retiré puis détruit, devant témoins",
        "Les restes du disque : ce papier ne rapporte que ce que les témoins ont vu.",
    ),
    ERASED_ELSEWHERE: (
        "disque retiré puis effacé ailleurs par un autre outil, devant témoins",
        "Ce que cet outil a laissé : l'atelier ne l'a pas relu, il ne rapporte que ce que les témoins en disent.",
    ),
}
"""What two people attest, and what nobody looked at."""

PULLED = "pulled"


def _left(named: str) -> PaperDrive:
    """Return a drive that left the device, and of which this paper knows nothing."""
    return PaperDrive(
        title=named,
        level="Aucun niveau : disque retiré de l'appareil, rien ne prouve ici son effacement.",
        lines=(PaperLine("Vérification", "aucune"),),
        limits=(),
        unverified=("Tout ce que ce disque contient, et où il est.",),
    )


def _reread(drive: CertifiedDrive, zone: ZoneInfo) -> tuple[PaperLine, ...]:
    """Return who read it again, when somebody else did with another stick."""
    found = drive.reread
    if found is None:
        return ()
    when = f"relevé reçu le {_moment(found.received, zone)}"
    said = f"par {found.reader}, avec une autre clé (« {found.stick} »), {when}"
    return (PaperLine("Seconde lecture", said),)


def _where(drive: CertifiedDrive, zone: ZoneInfo) -> tuple[PaperLine, ...]:
    """Return where a pulled drive was erased; the others were erased in this very device."""
    if drive.erased_in is None or drive.last_seen is None:
        return ()
    seen = f"vu dans cet appareil jusqu'au relevé du {_moment(drive.last_seen, zone)}"
    return (
        PaperLine("Où", f"disque retiré, {seen}, puis effacé dans l'appareil {drive.erased_in}"),
    )


def _proves(said: Certificate) -> str:
    return " ".join(
        (
            *((PROVES,) if said.drives else ()),
            *((SEEN,) if any(one.words for one in said.seen) else ()),
        )
    )


def _level(drive: CertifiedDrive) -> str:
    if drive.level is Level.PURGE:
        return f"Niveau Purge ({_STANDARD}), selon ce que le disque lui-même a répondu."
    return f"Niveau Clear ({_STANDARD})."


def _accepted(drive: CertifiedDrive) -> tuple[str, ...]:
    if drive.accepted is None:
        return ()
    return (f"Réserves acceptées par la direction de l'atelier : {drive.accepted}",)


def _reading(reading: Reading) -> str:
    if reading.places is None:
        read = f"relecture de tous les octets adressables ({_bytes(reading.bytes_read)})"
    else:
        read = f"relecture de {reading.places} endroits ({_bytes(reading.bytes_read)})"
    if not reading.canaries:
        return f"{read}, comparés au motif écrit"
    return f"{reading.canaries} témoins posés avant, aucun retrouvé après ; {read}"


def _unverified(drive: CertifiedDrive) -> tuple[str, ...]:
    found = []
    if drive.reading.places is not None:
        found.append("Les octets entre les endroits relus n'ont pas été lus.")
    if is_firmware(drive.method):
        found.append(
            "L'intérieur des puces ou des plateaux : on a la réponse du disque, pas leur lecture."
        )
    else:
        found.append(
            "Ce que le disque ne montre plus : secteurs réalloués, réserve d'une mémoire flash."
        )
    if drive.erased_in is not None:
        found.append(
            "Où ce disque a été, et à quoi il a servi, entre son retrait et son effacement."
        )
    found.append("Les disques ajoutés à l'appareil après ce relevé.")
    return tuple(found)


def _interval(drive: CertifiedDrive, zone: ZoneInfo) -> str:
    clock = f"l'horloge de l'ordinateur disait {_moment(drive.clock, zone)}"
    before = f"avant le {_moment(drive.before, zone)} (réception)"
    if drive.after is None:
        return f"{before} ; début non attesté ; {clock}"
    return f"après le {_moment(drive.after, zone)} et {before} ; {clock}"


def _moment(value: datetime, zone: ZoneInfo) -> str:
    return value.astimezone(zone).strftime("%d/%m/%Y à %H:%M")


def _bytes(size: int | None) -> str:
    if size is None:
        return "inconnue"
    return f"{size:,} octets".replace(",", "\u202f")
