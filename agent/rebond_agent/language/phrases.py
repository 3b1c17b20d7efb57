"""The one table of texts: French, English. A test fails on a missing one."""

from collections.abc import Mapping
from enum import StrEnum, auto
from types import MappingProxyType


class Phrase(StrEnum):
    """Every text of sheet and commands."""

    TITLE = auto()
    TAG = auto()
    NOT_ENROLLED = auto()
    STICK_LINE = auto()
    DEVICE = auto()
    SERIAL = auto()
    FIRMWARE = auto()
    SECURE_BOOT_ON = auto()
    SECURE_BOOT_OFF = auto()
    SETUP_PASSWORD = auto()
    WINDOWS_KEY = auto()
    DATED = auto()
    VIRTUAL_MACHINE = auto()
    PROCESSOR = auto()
    CORES = auto()
    MEMORY = auto()
    INSTALLED = auto()
    INSTALLED_UNKNOWN = auto()
    TURNS = auto()
    USABLE = auto()
    SLOTS = auto()
    SOLDERED = auto()
    DRIVES = auto()
    DRIVES_HIDDEN = auto()
    DRIVES_UNSURE = auto()
    NO_DRIVE = auto()
    BOOT_MEDIUM = auto()
    READ_ONLY = auto()
    HELD = auto()
    NO_SERIAL = auto()
    SERIAL_IS = auto()
    SMART_GOOD = auto()
    SMART_BAD = auto()
    SMART_UNKNOWN = auto()
    HOURS = auto()
    CYCLES = auto()
    WEAR = auto()
    SPARE = auto()
    REALLOCATED = auto()
    PENDING = auto()
    UNCORRECTABLE = auto()
    MEDIA_ERRORS = auto()
    CRC_ERRORS = auto()
    WARNING = auto()
    TEMPERATURE = auto()
    BATTERY = auto()
    HEALTH = auto()
    HEALTH_UNKNOWN = auto()
    CHARGE_CYCLES = auto()
    NO_BATTERY = auto()
    NO_NETWORK = auto()
    NO_DISPLAY = auto()
    NETWORK = auto()
    DISPLAY = auto()
    INCHES = auto()
    GRAPHICS = auto()
    EQUIPMENT = auto()
    ABSENT = auto()
    FAILURES = auto()
    UNKNOWN = auto()
    BYTES = auto()
    KILO = auto()
    MEGA = auto()
    GIGA = auto()
    TERA = auto()
    SENT = auto()
    STILL_WAITING = auto()
    ASIDE_CONFLICT = auto()
    ASIDE_REFUSED = auto()
    ASIDE_QUARANTINE = auto()
    NOTHING_TO_SEND = auto()
    ENROLLED = auto()
    FILED_UNDER = auto()
    STATUS_STICK = auto()
    STATUS_SERVER = auto()
    STATUS_SITE = auto()
    STATUS_WAITING = auto()
    STATUS_DELIVERED = auto()
    STATUS_ASIDE = auto()
    STATUS_ANCHOR = auto()
    RECORDED = auto()
    ERASING = auto()
    INTERRUPTED_FOUND = auto()
    RESUMED = auto()
    VERDICT_LATER = auto()
    USAGE_PROBLEM = auto()
    HELP = auto()
    HELP_INSPECT = auto()
    HELP_WIPE = auto()
    HELP_SEND = auto()
    HELP_RECORD = auto()
    HELP_ENROL = auto()
    HELP_STATUS = auto()
    HELP_STICK = auto()
    HELP_LANG = auto()
    HELP_MACHINE = auto()
    HELP_JSON = auto()
    HELP_NO_SEND = auto()
    HELP_TAG = auto()
    HELP_CHECK = auto()
    HELP_BY = auto()
    HELP_IMAGE = auto()
    HELP_FAULT = auto()
    HELP_DRIVE = auto()
    HELP_YES = auto()
    HELP_DIR = auto()
    HELP_CODE = auto()
    HELP_NAME = auto()


PHRASES: Mapping[Phrase, tuple[str, str]] = MappingProxyType(
    {
        Phrase.TITLE: ("RELEVÉ D'APPAREIL", "DEVICE REPORT"),
        Phrase.TAG: ("étiquette {tag}", "asset tag {tag}"),
        Phrase.NOT_ENROLLED: (
            "clé non enrôlée : rien n'est gardé ni envoyé",
            "stick not enrolled: nothing is kept or sent",
        ),
        Phrase.STICK_LINE: ("clé « {name} », {site}", "stick “{name}”, {site}"),
        Phrase.DEVICE: ("Appareil", "Device"),
        Phrase.SERIAL: ("N° de série", "Serial number"),
        Phrase.FIRMWARE: ("Micrologiciel", "Firmware"),
        Phrase.SECURE_BOOT_ON: ("Secure Boot actif", "Secure Boot on"),
        Phrase.SECURE_BOOT_OFF: ("Secure Boot inactif", "Secure Boot off"),
        Phrase.SETUP_PASSWORD: (
            "MOT DE PASSE DANS LE BIOS",
            "BIOS PASSWORD IS SET",
        ),
        Phrase.WINDOWS_KEY: ("licence Windows", "Windows licence"),
        Phrase.DATED: ("du {date}", "of {date}"),
        Phrase.VIRTUAL_MACHINE: ("machine virtuelle ({name})", "virtual machine ({name})"),
        Phrase.PROCESSOR: ("Processeur", "Processor"),
        Phrase.CORES: ("{cores} cœurs, {threads} fils", "{cores} cores, {threads} threads"),
        Phrase.MEMORY: ("Mémoire", "Memory"),
        Phrase.INSTALLED: ("{size} installés", "{size} installed"),
        Phrase.INSTALLED_UNKNOWN: ("taille installée inconnue", "installed size unknown"),
        Phrase.TURNS: ("{turns} tr/min", "{turns} rpm"),
        Phrase.USABLE: ("{size} utilisables", "{size} usable"),
        Phrase.SLOTS: (
            "emplacements libres : {free} sur {slots}",
            "free slots: {free} of {slots}",
        ),
        Phrase.SOLDERED: ("soudée", "soldered"),
        Phrase.DRIVES: ("Disques", "Drives"),
        Phrase.DRIVES_HIDDEN: (
            "ATTENTION : un contrôleur cache des disques ({reason})",
            "WARNING: a controller hides drives ({reason})",
        ),
        Phrase.DRIVES_UNSURE: (
            "on ne sait pas si un contrôleur cache des disques",
            "whether a controller hides drives is not known",
        ),
        Phrase.NO_DRIVE: ("aucun disque vu", "no drive seen"),
        Phrase.BOOT_MEDIUM: ("support de démarrage", "boot medium"),
        Phrase.READ_ONLY: ("lecture seule", "read-only"),
        Phrase.HELD: ("utilisé par le système", "in use by the system"),
        Phrase.NO_SERIAL: ("numéro de série inconnu", "serial number unknown"),
        Phrase.SERIAL_IS: ("n° {serial}", "s/n {serial}"),
        Phrase.SMART_GOOD: ("SMART : se dit sain", "SMART: says it is healthy"),
        Phrase.SMART_BAD: ("SMART : SE DIT EN PANNE", "SMART: SAYS IT IS FAILING"),
        Phrase.SMART_UNKNOWN: ("SMART : santé inconnue", "SMART: health unknown"),
        Phrase.HOURS: ("{hours} h de marche", "{hours} h powered on"),
        Phrase.CYCLES: ("{cycles} démarrages", "{cycles} power-ons"),
        Phrase.WEAR: ("usé à {percent} %", "{percent} % worn"),
        Phrase.SPARE: ("réserve {percent} %", "spare {percent} %"),
        Phrase.REALLOCATED: ("secteurs réalloués : {count}", "reallocated sectors: {count}"),
        Phrase.PENDING: ("secteurs en attente : {count}", "pending sectors: {count}"),
        Phrase.UNCORRECTABLE: ("secteurs illisibles : {count}", "unreadable sectors: {count}"),
        Phrase.MEDIA_ERRORS: ("erreurs du support : {count}", "media errors: {count}"),
        Phrase.CRC_ERRORS: ("erreurs de câble : {count}", "cable errors: {count}"),
        Phrase.WARNING: ("ALERTE CRITIQUE {code}", "CRITICAL WARNING {code}"),
        Phrase.TEMPERATURE: ("{celsius} °C", "{celsius} °C"),
        Phrase.BATTERY: ("Batterie", "Battery"),
        Phrase.HEALTH: ("capacité restante {percent} %", "{percent} % of capacity left"),
        Phrase.HEALTH_UNKNOWN: ("capacité restante inconnue", "capacity left unknown"),
        Phrase.CHARGE_CYCLES: ("{cycles} cycles", "{cycles} cycles"),
        Phrase.NO_BATTERY: ("aucune", "none"),
        Phrase.NO_NETWORK: ("aucun", "none"),
        Phrase.NO_DISPLAY: ("aucun", "none"),
        Phrase.NETWORK: ("Réseau", "Network"),
        Phrase.DISPLAY: ("Écran", "Display"),
        Phrase.INCHES: ("{inches} pouces", "{inches} inches"),
        Phrase.GRAPHICS: ("Graphique", "Graphics"),
        Phrase.EQUIPMENT: ("Équipement", "Equipment"),
        Phrase.ABSENT: ("absent : {names}", "absent: {names}"),
        Phrase.FAILURES: ("Non lu", "Not read"),
        Phrase.UNKNOWN: ("inconnu", "unknown"),
        Phrase.BYTES: ("{number} o", "{number} B"),
        Phrase.KILO: ("{number} ko", "{number} kB"),
        Phrase.MEGA: ("{number} Mo", "{number} MB"),
        Phrase.GIGA: ("{number} Go", "{number} GB"),
        Phrase.TERA: ("{number} To", "{number} TB"),
        Phrase.SENT: ("Relevés remis au serveur : {count}.", "Statements delivered: {count}."),
        Phrase.STILL_WAITING: (
            "GARDEZ CETTE CLÉ : relevés non remis : {count}.",
            "KEEP THIS STICK: statements not delivered: {count}.",
        ),
        Phrase.ASIDE_CONFLICT: (
            "Le serveur a déjà un autre contenu sous ce numéro ; relevé mis de côté ({file}) : {message}.",
            "The server holds other content under this id; statement set aside ({file}): {message}.",
        ),
        Phrase.ASIDE_REFUSED: (
            "Le serveur a refusé un relevé, mis de côté ({file}) : {message}.",
            "The server refused a statement, set aside ({file}): {message}.",
        ),
        Phrase.ASIDE_QUARANTINE: (
            "Un fichier de la clé n'est pas sûr, mis en quarantaine ({file}) : {reason}.",
            "A file on the stick cannot be trusted, now in quarantine ({file}): {reason}.",
        ),
        Phrase.NOTHING_TO_SEND: ("Rien à envoyer.", "Nothing to send."),
        Phrase.ENROLLED: (
            "Clé « {name} » enrôlée : {site}, {server}.",
            "Stick “{name}” enrolled: {site}, {server}.",
        ),
        Phrase.FILED_UNDER: ("Classé sous l'étiquette {tag}.", "Filed under asset tag {tag}."),
        Phrase.STATUS_STICK: ("Clé", "Stick"),
        Phrase.STATUS_SERVER: ("Serveur", "Server"),
        Phrase.STATUS_SITE: ("Atelier", "Workshop"),
        Phrase.STATUS_WAITING: ("À envoyer", "To be sent"),
        Phrase.STATUS_DELIVERED: ("Remis", "Delivered"),
        Phrase.STATUS_ASIDE: ("Mis de côté", "Set aside"),
        Phrase.STATUS_ANCHOR: ("Heure du serveur", "Server time"),
        Phrase.RECORDED: ("Machine enregistrée dans {path}.", "Machine recorded in {path}."),
        Phrase.ERASING: (
            "Effacement de {path}, étape {step}/{steps}, {action}",
            "Erasing {path}, step {step}/{steps}, {action}",
        ),
        Phrase.INTERRUPTED_FOUND: (
            "Un effacement interrompu a été trouvé et noté : {model}, n° {serial}. Relancé avec cette clé, il reprend où il en était.",
            "An interrupted erasure was found and noted: {model}, s/n {serial}. Started again with this stick, it goes on from there.",
        ),
        Phrase.RESUMED: ("repris {count} fois", "gone on with {count} time(s)"),
        Phrase.VERDICT_LATER: (
            "Le verdict est rendu par le serveur, d'après les preuves.",
            "The verdict is the server's, from the evidence.",
        ),
        Phrase.USAGE_PROBLEM: ("Commande incomplète", "Incomplete command"),
        Phrase.HELP: (
            "Relevé, effacement prouvé et envoi, depuis la clé Rebond.",
            "Inventory, proven erasure and delivery, from the Rebond stick.",
        ),
        Phrase.HELP_INSPECT: ("faire le relevé de cet ordinateur", "inventory this computer"),
        Phrase.HELP_WIPE: (
            "faire le relevé, puis effacer les disques désignés",
            "inventory, then erase the drives that are named",
        ),
        Phrase.HELP_SEND: ("envoyer ce qui attend sur la clé", "send what waits on the stick"),
        Phrase.HELP_RECORD: (
            "enregistrer cet ordinateur dans un dossier (numéros de série remplacés)",
            "record this computer into a folder (serial numbers replaced)",
        ),
        Phrase.HELP_ENROL: (
            "faire connaître la clé au serveur",
            "make the stick known to the server",
        ),
        Phrase.HELP_STATUS: ("dire où en est la clé", "say how the stick stands"),
        Phrase.HELP_STICK: (
            "dossier de la clé (sinon REBOND_STICK, sinon var/stick)",
            "the stick's folder (else REBOND_STICK, else var/stick)",
        ),
        Phrase.HELP_LANG: ("langue des textes", "language of the texts"),
        Phrase.HELP_MACHINE: (
            "dossier d'une machine enregistrée, à la place de cet ordinateur",
            "folder of a recorded machine, in place of this computer",
        ),
        Phrase.HELP_JSON: ("écrire le relevé en JSON", "print the statement as JSON"),
        Phrase.HELP_NO_SEND: ("garder sur la clé sans envoyer", "keep on the stick, do not send"),
        Phrase.HELP_CHECK: (
            "essai fait à la main : NOM=pass, fail, skipped ou absent, et :REMARQUE (appearance=pass:B)",
            "test done by hand: NAME=pass, fail, skipped or absent, and :NOTE (appearance=pass:B)",
        ),
        Phrase.HELP_BY: ("qui travaille ici", "who works here"),
        Phrase.HELP_TAG: ("étiquette lue sur l'appareil", "label scanned on the device"),
        Phrase.HELP_IMAGE: ("image à effacer comme un disque", "image to erase like a drive"),
        Phrase.HELP_FAULT: (
            "panne simulée des images : drop-writes ou unreadable=DÉBUT+LONGUEUR ; IMAGE:PANNE pour une seule",
            "simulated fault of the images: drop-writes or unreadable=START+LENGTH; IMAGE:FAULT for one only",
        ),
        Phrase.HELP_DRIVE: ("disque à effacer (/dev/…)", "drive to erase (/dev/…)"),
        Phrase.HELP_YES: (
            "quatre derniers caractères du numéro de série de chaque disque à effacer",
            "last four characters of the serial number of each drive to erase",
        ),
        Phrase.HELP_DIR: ("dossier à écrire", "folder to write"),
        Phrase.HELP_CODE: ("code donné par le chef d'atelier", "code given by the workshop lead"),
        Phrase.HELP_NAME: ("nom de la clé", "name of the stick"),
    }
)
