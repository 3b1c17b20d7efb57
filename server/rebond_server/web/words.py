"""The words and signs for the closed sets of the rules. A colour never speaks alone."""

from typing import NamedTuple

from rebond_schemas.erasure import Method
from rebond_schemas.facts import ChassisKind, DriveKind
from rebond_schemas.plan import Scope
from rebond_schemas.plan_law import Regime
from rebond_server.domain.lifecycle import EVENT_NAMES, State
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.verdict_reason import Verdict
from rebond_server.store.queries.queue import Action
from rebond_server.store.stick import StatementKind
from rebond_server.web.record_words import RECORD_VERBS


class Mark(NamedTuple):
    """A word with its tone (`good`, `warn`, `bad`, `plain`) and the sign that repeats the tone."""

    word: Sentence
    tone: str
    sign: str


def _mark(fr: str, en: str, tone: str) -> Mark:
    return Mark(Sentence(fr=fr, en=en), tone, _SIGNS[tone])


_SIGNS = {"good": "✓", "warn": "!", "bad": "✗", "plain": "?"}

VERDICTS: dict[Verdict, Mark] = {
    Verdict.UNKNOWN: _mark("non prouvé", "not proven", "plain"),
    Verdict.NOT_ATTEMPTED: _mark("non tenté", "not attempted", "warn"),
    Verdict.INTERRUPTED: _mark("interrompu", "interrupted", "bad"),
    Verdict.FAILED: _mark("échec", "failed", "bad"),
    Verdict.CLEARED: _mark("effacé (Clear), vérifié", "erased (Clear), verified", "good"),
    Verdict.PURGED: _mark("purgé (Purge), vérifié", "purged (Purge), verified", "good"),
    Verdict.CLEARED_WITH_LIMITS: _mark("effacé avec réserves", "erased with limits", "warn"),
    Verdict.DESTROYED: _mark("détruit", "destroyed", "good"),
    Verdict.NO_MEDIA: _mark("ne garde pas de données", "holds no data", "plain"),
}

KINDS: dict[str, Sentence] = {
    ChassisKind.LAPTOP: Sentence(fr="ordinateur portable", en="laptop"),
    ChassisKind.DESKTOP: Sentence(fr="ordinateur fixe", en="desktop"),
    ChassisKind.ALL_IN_ONE: Sentence(fr="tout-en-un", en="all-in-one"),
    ChassisKind.MINI: Sentence(fr="mini-ordinateur", en="mini PC"),
    ChassisKind.TABLET: Sentence(fr="tablette", en="tablet"),
    ChassisKind.CONVERTIBLE: Sentence(fr="hybride", en="convertible"),
    ChassisKind.SERVER: Sentence(fr="serveur", en="server"),
    ChassisKind.OTHER: Sentence(fr="autre ordinateur", en="other computer"),
    "smartphone": Sentence(fr="smartphone", en="smartphone"),
    "screen": Sentence(fr="écran", en="screen"),
    "accessory": Sentence(fr="accessoire", en="accessory"),
    "4g_key": Sentence(fr="clé 4G", en="4G key"),
    "key_4g": Sentence(fr="clé 4G", en="4G key"),
    "printer": Sentence(fr="imprimante", en="printer"),
    "image": Sentence(fr="image de disque (essai)", en="disk image (trial)"),
}

DRIVE_KINDS: dict[str, Sentence] = {
    DriveKind.HDD: Sentence(fr="disque dur", en="hard disk"),
    DriveKind.SSD: Sentence(fr="SSD", en="SSD"),
    DriveKind.NVME: Sentence(fr="SSD NVMe", en="NVMe SSD"),
    DriveKind.EMMC: Sentence(fr="mémoire eMMC", en="eMMC"),
    DriveKind.USB: Sentence(fr="stockage USB", en="USB storage"),
    DriveKind.OPTICAL: Sentence(fr="lecteur optique", en="optical drive"),
    DriveKind.CARD_READER: Sentence(fr="lecteur de cartes", en="card reader"),
    DriveKind.VIRTUAL: Sentence(fr="disque virtuel", en="virtual disk"),
    DriveKind.IMAGE: Sentence(fr="fichier image", en="image file"),
    DriveKind.UNKNOWN: Sentence(fr="disque de type inconnu", en="drive of unknown kind"),
}

HEALTH: dict[str, Mark] = {
    "ok": _mark("bonne santé", "good health", "good"),
    "watch": _mark("à surveiller", "watch", "warn"),
    "review": _mark("à revoir", "review", "warn"),
    "fail": _mark("défaillant", "failing", "bad"),
    "unknown": _mark("santé inconnue", "health unknown", "plain"),
}

STATE_TONES: dict[State, str] = {
    State.RECEIVED: "plain",
    State.EXAMINED: "plain",
    State.WIPED: "good",
    State.GRADED: "good",
    State.ALLOCATED: "good",
    State.RELEASED: "good",
    State.HELD: "warn",
    State.SCRAPPED: "bad",
}

NETWORK_KINDS: dict[str, Sentence] = {
    "ethernet": Sentence(fr="filaire", en="wired"),
    "wifi": Sentence(fr="Wi-Fi", en="Wi-Fi"),
    "mobile": Sentence(fr="réseau mobile", en="mobile network"),
    "other": Sentence(fr="autre", en="other"),
}

EQUIPMENT: dict[str, Sentence] = {
    "webcam": Sentence(fr="caméra", en="webcam"),
    "camera": Sentence(fr="caméra", en="camera"),
    "bluetooth": Sentence(fr="Bluetooth", en="Bluetooth"),
    "sound": Sentence(fr="son", en="sound"),
    "speaker": Sentence(fr="haut-parleur", en="speaker"),
    "microphone": Sentence(fr="micro", en="microphone"),
    "touchscreen": Sentence(fr="écran tactile", en="touch screen"),
    "touchpad": Sentence(fr="pavé tactile", en="touchpad"),
    "fingerprint_reader": Sentence(fr="lecteur d'empreinte", en="fingerprint reader"),
    "card_reader": Sentence(fr="lecteur de cartes", en="card reader"),
    "keyboard": Sentence(fr="clavier", en="keyboard"),
    "smartcard": Sentence(fr="lecteur de carte à puce", en="smart card reader"),
    "port_usb": Sentence(fr="prises USB", en="USB ports"),
    "port_usb_c": Sentence(fr="prises USB-C", en="USB-C ports"),
    "port_ethernet": Sentence(fr="prise réseau", en="network port"),
    "port_modem": Sentence(fr="prise modem", en="modem port"),
    "port_vga": Sentence(fr="prise VGA", en="VGA port"),
    "port_hdmi": Sentence(fr="prise HDMI", en="HDMI port"),
    "port_displayport": Sentence(fr="prise DisplayPort", en="DisplayPort"),
    "port_dvi": Sentence(fr="prise DVI", en="DVI port"),
    "port_thunderbolt": Sentence(fr="prise Thunderbolt", en="Thunderbolt port"),
    "port_serial": Sentence(fr="port série", en="serial port"),
    "port_parallel": Sentence(fr="port parallèle", en="parallel port"),
    "port_firewire": Sentence(fr="prise FireWire", en="FireWire port"),
    "port_audio": Sentence(fr="prises audio", en="audio jacks"),
    "port_ps2": Sentence(fr="prises PS/2", en="PS/2 ports"),
    "optical_drive": Sentence(fr="lecteur optique", en="optical drive"),
}

GRADES: dict[str, Sentence] = {
    "A": Sentence(fr="A", en="A"),
    "B": Sentence(fr="B", en="B"),
    "C": Sentence(fr="C", en="C"),
    "D": Sentence(fr="D", en="D"),
    "parts": Sentence(fr="pièces", en="parts"),
    "recycle": Sentence(fr="recyclage", en="recycling"),
    "REVIEW": Sentence(fr="à revoir", en="to review"),
}

ACTIONS: dict[Action, Sentence] = {
    Action.DECIDE: Sentence(fr="Décider", en="Decide"),
    Action.PROBE: Sentence(fr="Démarrer sur la clé et relever", en="Boot the stick and probe"),
    Action.PROBE_AGAIN: Sentence(fr="Refaire le relevé", en="Probe again"),
    Action.ERASE: Sentence(fr="Effacer", en="Erase"),
    Action.ERASE_AGAIN: Sentence(fr="Relancer l'effacement", en="Erase again"),
    Action.REPLACE_OR_DESTROY: Sentence(
        fr="Remplacer ou détruire le disque", en="Replace or destroy the drive"
    ),
    Action.CONFIRM_GRADE: Sentence(fr="Valider la catégorie", en="Confirm the grade"),
}

VERBS: dict[str, Sentence] = {
    **{event.value: name for event, name in EVENT_NAMES.items()},
    **RECORD_VERBS,
    "create_site": Sentence(fr="ouvrir l'atelier", en="open the workshop"),
    "create_account": Sentence(fr="créer un compte", en="create an account"),
    "receive_device": Sentence(fr="entrer dans l'atelier", en="enter the workshop"),
    "judge_erasure": Sentence(fr="juger l'effacement", en="judge the erasure"),
    "grade": Sentence(fr="calculer la catégorie", en="compute the grade"),
    "declare": Sentence(fr="déclarer", en="declare"),
    "component_lost": Sentence(
        fr="il y manque ce que le relevé d'avant voyait",
        en="what the report before saw is missing",
    ),
    "grade_differs": Sentence(
        fr="les règles donneraient aujourd'hui une autre catégorie",
        en="the rules would now give another grade",
    ),
    "evidence_after_end": Sentence(
        fr="relevé arrivé après la fin", en="report arrived after the end"
    ),
    "looked_after_end": Sentence(
        fr="expliquer un relevé d'après la fin", en="explain a report after the end"
    ),
    "accept_limits": Sentence(fr="accepter la réserve", en="accept the limits"),
    "witness_destroyed": Sentence(
        fr="attester la destruction d'un disque", en="witness the destruction of a drive"
    ),
    "say_erased_elsewhere": Sentence(
        fr="attester qu'un disque retiré a été effacé ailleurs",
        en="witness that a pulled drive was erased elsewhere",
    ),
    "give_read_order": Sentence(
        fr="demander une relecture à une clé", en="ask a stick to read again"
    ),
    "witness_no_media": Sentence(
        fr="attester l'absence de disque", en="witness that there is no drive"
    ),
    "witness_reset": Sentence(fr="attester une réinitialisation", en="witness a reset"),
    "issue_certificate": Sentence(fr="établir un certificat", en="issue a certificate"),
    "withdraw_certificate": Sentence(fr="retirer un certificat", en="withdraw a certificate"),
    "draw_rereads": Sentence(fr="tirer au sort des relectures", en="draw second reads"),
    "drawn_for_reread": Sentence(
        fr="tiré au sort pour une seconde lecture", en="drawn for a second read"
    ),
    "confirm_reread": Sentence(
        fr="confirmé par une seconde lecture", en="confirmed by a second read"
    ),
    "contradict_reread": Sentence(
        fr="contredit par une seconde lecture", en="contradicted by a second read"
    ),
    "reread_undecided": Sentence(
        fr="une seconde lecture qui ne décide rien", en="a second read that decides nothing"
    ),
    "take_in": Sentence(fr="faire entrer à la main", en="take in by hand"),
    "note_intake": Sentence(fr="compléter la fiche d'entrée", en="complete the intake notes"),
    "move_device": Sentence(fr="déplacer", en="move"),
    "give_to": Sentence(fr="confier à un collègue", en="give to a colleague"),
    "put_in_lot": Sentence(fr="ranger dans un lot", en="file under a lot"),
    "match_device": Sentence(fr="reconnaître l'appareil", en="recognise the device"),
    "serve_request": Sentence(fr="demande servie", en="request served"),
}

METHODS: dict[Method, Sentence] = {
    method: Sentence(fr=fr, en=en)
    for method, fr, en in (
        (Method.OVERWRITE_ZERO, "réécriture par des zéros", "overwriting with zeros"),
        (Method.OVERWRITE_AES_CTR, "réécriture AES-256-CTR", "overwriting with AES-256-CTR"),
        (Method.ATA_SECURITY_ERASE, "ATA Security Erase", "ATA Security Erase"),
        (
            Method.ATA_SECURITY_ERASE_ENHANCED,
            "ATA Security Erase (Enhanced)",
            "ATA Security Erase (Enhanced)",
        ),
        (Method.ATA_SANITIZE_BLOCK, "ATA Sanitize (Block)", "ATA Sanitize (Block)"),
        (Method.ATA_SANITIZE_CRYPTO, "ATA Sanitize (Crypto)", "ATA Sanitize (Crypto)"),
        (Method.ATA_SANITIZE_OVERWRITE, "ATA Sanitize (Overwrite)", "ATA Sanitize (Overwrite)"),
        (Method.NVME_SANITIZE_BLOCK, "NVMe Sanitize (Block)", "NVMe Sanitize (Block)"),
        (Method.NVME_SANITIZE_CRYPTO, "NVMe Sanitize (Crypto)", "NVMe Sanitize (Crypto)"),
        (Method.NVME_SANITIZE_OVERWRITE, "NVMe Sanitize (Overwrite)", "NVMe Sanitize (Overwrite)"),
        (Method.NVME_FORMAT_CRYPTO, "NVMe Format (Crypto)", "NVMe Format (Crypto)"),
        (Method.NVME_FORMAT_USER, "NVMe Format (User Data)", "NVMe Format (User Data)"),
        (Method.SCSI_SANITIZE_BLOCK, "SCSI Sanitize (Block)", "SCSI Sanitize (Block)"),
        (Method.SCSI_SANITIZE_CRYPTO, "SCSI Sanitize (Crypto)", "SCSI Sanitize (Crypto)"),
        (Method.SCSI_SANITIZE_OVERWRITE, "SCSI Sanitize (Overwrite)", "SCSI Sanitize (Overwrite)"),
        (Method.SCSI_FORMAT, "SCSI Format Unit", "SCSI Format Unit"),
        (Method.MMC_SECURE_ERASE, "MMC Secure Erase", "MMC Secure Erase"),
        (Method.MMC_SANITIZE, "MMC Sanitize", "MMC Sanitize"),
        (Method.TCG_PSID_REVERT, "TCG PSID Revert", "TCG PSID Revert"),
        (Method.NONE, "aucune méthode", "no method"),
    )
}

SCOPES: dict[Scope, Sentence] = {
    Scope.TOTAL: Sentence(fr="en tout", en="in all"),
    Scope.ORGANISATION: Sentence(fr="par organisme", en="per organisation"),
    Scope.OFFICE: Sentence(fr="par bureau", en="per office"),
    Scope.PERSON: Sentence(fr="par personne", en="per person"),
}

REGIMES: dict[Regime, Sentence] = {
    Regime.PRIVATE: Sentence(fr="dons de particuliers", en="gifts of persons"),
    Regime.COMPANY: Sentence(fr="dons d'entreprises", en="gifts of companies"),
    Regime.CG3P: Sentence(
        fr="biens publics cédés (CG3P L. 3212-2 et L. 3212-3)",
        en="ceded public property (CG3P L. 3212-2 and L. 3212-3)",
    ),
}

STATEMENTS: dict[StatementKind, Sentence] = {
    StatementKind.INVENTORY: Sentence(fr="inventaire", en="inventory"),
    StatementKind.ERASURE: Sentence(fr="effacement", en="erasure"),
    StatementKind.INSPECTION: Sentence(fr="inspection", en="inspection"),
}

UNITS: dict[str, Sentence] = {
    "MiB": Sentence(fr="Mio", en="MiB"),
    "GB": Sentence(fr="Go", en="GB"),
    "cores": Sentence(fr="cœurs", en="cores"),
    "threads": Sentence(fr="fils", en="threads"),
    "h": Sentence(fr="h", en="h"),
    "%": Sentence(fr="%", en="%"),
    "px": Sentence(fr="px", en="px"),
    "inch": Sentence(fr="pouces", en="inches"),
    "points": Sentence(fr="points", en="points"),
}

CHOICES: dict[str, Sentence] = {
    "measured": Sentence(fr="mesuré", en="measured"),
    "reported": Sentence(fr="annoncé par la machine", en="reported by the machine"),
    "declared": Sentence(fr="déclaré par une personne", en="declared by a person"),
    "unknown": Sentence(fr="inconnu", en="unknown"),
    "fail": Sentence(fr="échec", en="failed"),
    "absent": Sentence(fr="absent", en="absent"),
    "pass": Sentence(fr="réussi", en="passed"),
    "watch": Sentence(fr="à surveiller", en="to watch"),
    "ok": Sentence(fr="bon", en="good"),
    "none": Sentence(fr="aucun", en="none"),
    "hdd": Sentence(fr="disque dur", en="hard disk"),
    "ssd": Sentence(fr="SSD", en="SSD"),
    "nvme": Sentence(fr="SSD NVMe", en="NVMe SSD"),
    "emmc": Sentence(fr="eMMC", en="eMMC"),
    "a": Sentence(fr="classe A", en="class A"),
    "b": Sentence(fr="classe B", en="class B"),
    "c": Sentence(fr="classe C", en="class C"),
    "d": Sentence(fr="classe D", en="class D"),
    **KINDS,
}
