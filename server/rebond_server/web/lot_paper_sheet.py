"""From a stored paper of a lot to its pages, in French: the donor and the driver read them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rebond_schemas.erasure import Level
from rebond_schemas.signing import public_key
from rebond_server.documents.report import Report, Table
from rebond_server.domain.lifecycle import STATE_NAMES, State
from rebond_server.domain.lot_paper import (
    Evidence,
    Head,
    LotDrive,
    LotErasure,
    LotPaper,
    Moved,
    Reuse,
    Transfer,
    fingerprint_of,
)
from rebond_server.domain.reuse import CATEGORY, OLDEST_YEARS, Scope
from rebond_server.web.words import KINDS, METHODS

_STANDARD = "NIST SP 800-88 Rev. 2 et IEEE 2883-2022"
_EVIDENCE = {
    Evidence.READ_WHOLE: "1 : relecture de tous les octets adressables",
    Evidence.READ_SAMPLE: "2 : réponse du disque, témoins disparus, relecture par sondage",
    Evidence.WITNESSES: "3 : parole de deux personnes, aucune relecture",
}
_ERASED = (
    (
        f"Les niveaux Clear et Purge sont ceux de {_STANDARD}. Chaque niveau est recalculé par le "
        "serveur à partir d'un relevé signé par la clé de l'atelier ; l'empreinte nomme ce relevé."
    ),
    (
        "Ce papier ne dit rien de ce qu'il ne nomme pas : ni des appareils non prouvés, ni des disques "
        "ajoutés après le relevé, ni de ce qu'un disque ne montre plus (secteurs réalloués, réserve "
        "d'une mémoire flash). Il ne remplace pas un examen en laboratoire."
    ),
)
_REUSED = (
    (
        "Compté comme réemployé : un appareil remis à un nouveau détenteur dans l'année, par une remise "
        "signée. Ce qui est encore à l'atelier, rendu, démonté ou recyclé n'est pas compté."
    ),
    (
        f"Dans le champ : catégories 2 et 6 de l'article R543-172 du Code de l'environnement, "
        f"{OLDEST_YEARS} ans au plus le jour où le donateur s'en est défait (loi REEN, décret "
        "n° 2023-266 du 12 avril 2023). Sans date d'acquisition, l'âge n'est connu que si l'année du "
        "processeur suffit."
    ),
    (
        "C'est la part A du calcul du donateur ; B, ce qu'il avait à réformer au 1er janvier, n'est "
        "connu que de lui."
    ),
)


def report_of(said: LotPaper, zone: ZoneInfo) -> Report:
    """Return the pages of a paper."""
    match said:
        case LotErasure():
            return _erasure(said, zone)
        case Transfer():
            return _transfer(said, zone)
        case Reuse():
            return _reuse(said, zone)


def checked(
    report: Report, said: LotErasure, code: str, address: str, key: bytes, against: list[str]
) -> Report:
    """Return the pages of an erasure certificate with its code, and what contradicts it since."""
    notice = None
    if against:
        notice = (
            "Une preuve ultérieure contredit ce papier pour les disques : "
            f"{', '.join(against)}. Demandez-en un nouveau."
        )
    return Report(
        title=report.title,
        workshop=report.workshop,
        facts=report.facts,
        statements=report.statements,
        tables=report.tables,
        sheet=report.sheet,
        notice=notice,
        code=code,
        code_told=(
            (
                "Sans réseau : ouvrez la page de contrôle de l'atelier (un seul fichier), collez-y le "
                f"texte du code ou choisissez ce PDF. En ligne : {address}"
            ),
            f"Clé publique de l'atelier (Ed25519) : {public_key(key)}",
            f"Empreinte de tout ce que dit ce papier (SHA-256) : {fingerprint_of(said)}",
        ),
    )


def _head(head: Head, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    return (
        ("Lot", f"{head.lot}, {head.lot_name}"),
        ("Donateur", head.donor or "non noté"),
        ("Convention", head.agreement or "aucune"),
        ("Fait le", f"{_moment(head.issued, zone)}, par {head.issued_by}"),
    )


def _erasure(said: LotErasure, zone: ZoneInfo) -> Report:
    proven = Table(
        name="Disques, chacun avec sa preuve",
        heading=(
            "Appareil", "Modèle du disque", "Numéro de série", "Taille", "Verdict", "Méthode",
            "Classe de preuve", "Réserves", "Relevé reçu le", "Empreinte du relevé",
        ),
        rows=tuple(_drive(one, zone) for one in said.drives),
        empty="inconnu",
    )  # fmt: skip
    left = Table(
        name="Ce qui n'est pas prouvé",
        heading=("Appareil", "Quoi", "Numéro de série", "Pourquoi"),
        rows=tuple((one.tag, _kind(one.name), one.serial, one.why) for one in said.unproven),
        empty="inconnu",
    )
    seen = sum(one.evidence is Evidence.WITNESSES for one in said.drives)
    return Report(
        title=f"Certificat d'effacement du lot, {said.head.number}",
        workshop=said.head.workshop,
        facts=(
            *_head(said.head, zone),
            ("Appareils reçus", str(said.received)),
            ("Dont effacés ou attestés en entier", str(said.whole)),
            ("Dont sans support de données", str(said.no_medium)),
            ("Disques au verdict positif", str(len(said.drives) - seen)),
            ("Attestés par deux personnes, sans relecture", str(seen)),
            ("Non prouvés", str(len(said.unproven))),
        ),
        statements=_ERASED,
        tables=(proven, left) if said.unproven else (proven,),
        sheet=proven,
    )


def _drive(one: LotDrive, zone: ZoneInfo) -> tuple[str | None, ...]:
    level = {Level.CLEAR: "effacé, niveau Clear", Level.PURGE: "effacé, niveau Purge"}
    return (
        one.tag,
        one.model,
        one.serial,
        None if one.size_bytes is None else f"{one.size_bytes / 1e9:.0f} Go",
        "attesté, aucun niveau" if one.level is None else level[one.level],
        "devant témoins" if one.method is None else METHODS[one.method].fr,
        _EVIDENCE[one.evidence],
        " ; ".join(one.limits) or "aucune",
        _moment(one.before, zone),
        "aucun relevé" if one.sha256 is None else f"{one.sha256[:16]}…",
    )


def _transfer(said: Transfer, zone: ZoneInfo) -> Report:
    origins = sorted({one.origin or "lieu non noté" for one in said.devices})
    with_data = sum(one.data is True for one in said.devices)
    table = Table(
        name="Appareils",
        heading=("Étiquette", "Genre", "Modèle", "Numéro de série", "État", "Données", "Reçu ☐"),
        rows=tuple(_device(one) for one in said.devices),
        empty="inconnu",
    )
    warning = (
        f"{with_data} appareils peuvent porter les données d'une personne : sous clé en route."
    )
    return Report(
        title=f"Bon de transfert {said.head.number}",
        workshop=said.head.workshop,
        facts=(
            *_head(said.head, zone),
            ("De", ", ".join(origins)),
            ("Vers", f"{said.destination}, {said.destination_name}"),
            ("Transporteur", said.carrier),
            ("Nombre d'appareils", str(len(said.devices))),
        ),
        statements=() if not with_data else (warning,),
        tables=(table,),
        sheet=table,
        boxes=(
            "Remis au transporteur, le, nom et signature :",
            "Reçu à destination, le, nom et signature ; manquants :",
        ),
    )


def _device(one: Moved) -> tuple[str | None, ...]:
    told = {None: "aucun support", True: "non effacées", False: "effacées, prouvé ou attesté"}
    state = STATE_NAMES[State(one.state)].fr
    return one.tag, _kind(one.kind), one.name, one.serial, state, told[one.data], ""


def _reuse(said: Reuse, zone: ZoneInfo) -> Report:
    rows = [
        (
            _kind(row.kind),
            "hors champ" if row.kind not in CATEGORY else str(CATEGORY[row.kind]),
            row.received,
            row.reused,
            row.scopes[Scope.INSIDE],
            row.scopes[Scope.TOO_OLD],
            row.scopes[Scope.AGE_UNKNOWN],
            row.scopes[Scope.OTHER_KIND],
        )
        for row in said.rows
    ]
    numbers = [[row[place] for row in rows] for place in range(2, 8)]
    sums = tuple(sum(int(value) for value in column) for column in numbers)
    table = Table(
        name=f"Réemploi en {said.year}",
        heading=(
            "Genre", "Catégorie", "Reçus dans l'année", "Réemployés", "Dont dans le champ",
            f"Plus de {OLDEST_YEARS} ans", "Âge inconnu", "Autre genre",
        ),
        rows=(*rows, ("Total", "", *sums)),
        total=True,
    )  # fmt: skip
    _, reused, inside, *_ = sums
    return Report(
        title=f"Réemploi {said.year}, {said.head.number}",
        workshop=said.head.workshop,
        facts=(
            *_head(said.head, zone),
            ("Année", f"{said.year}, jusqu'au {said.until.strftime('%d/%m/%Y')}"),
            ("Dirigés vers le réemploi", str(reused)),
            ("Dont dans le champ de l'obligation", str(inside)),
        ),
        statements=_REUSED,
        tables=(table,),
        sheet=table,
    )


def _kind(kind: str) -> str:
    return KINDS[kind].fr if kind in KINDS else kind


def _moment(value: datetime, zone: ZoneInfo) -> str:
    return value.astimezone(zone).strftime("%d/%m/%Y à %H:%M")
