"""French first, English second: every text a person reads comes through here."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from rebond_agent import errors
from rebond_agent.errors import AgentError
from rebond_agent.language.check_phrases import CheckPhrase
from rebond_agent.language.console_phrases import ConsolePhrase
from rebond_agent.language.erase_phrases import ErasePhrase
from rebond_agent.language.phrases import PHRASES, Phrase
from rebond_agent.language.stick_phrases import StickPhrase
from rebond_agent.language.words import Words


class Language(StrEnum):
    """The two languages of the screens."""

    FR = "fr"
    EN = "en"


AnyPhrase = Phrase | CheckPhrase | ConsolePhrase | ErasePhrase | StickPhrase
"""A text, whichever room it belongs to."""


def say(language: Language, phrase: AnyPhrase, **details: object) -> str:
    """Return a text in this language with its details filled in."""
    french, english = PHRASES[phrase] if isinstance(phrase, Phrase) else phrase.value
    return (french if language is Language.FR else english).format(**details)


def word(language: Language, words: Words, name: str) -> str:
    """Return the word for a member of a closed set; the name itself when it has none."""
    french, english = words.get(name, (name, name))
    return french if language is Language.FR else english


def say_error(language: Language, error: AgentError) -> str:
    """Return the sentence of an error; reasons that we word ourselves are translated too."""
    if language is Language.EN:
        return error.sentence()
    details = {
        name: reason(language, value) if isinstance(value, str) else value
        for name, value in error.details.items()
    }
    return SENTENCES[type(error)].format(**details)


def reason(language: Language, text: str) -> str:
    """Return a reason that stands inside a sentence; what the system itself says stays as it is."""
    return text if language is Language.EN else REASONS.get(text, text)


def decimal(language: Language, number: float, digits: int = 1) -> str:
    """Return a number with at most so many decimals, with the decimal mark of the language."""
    text = f"{number:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if language is Language.FR else text


def whole(language: Language, number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}".replace(",", " ") if language is Language.FR else f"{number:,}"


SENTENCES: Mapping[type[AgentError], str] = MappingProxyType(
    {
        errors.UsageError: "La commande n'est pas complète : {reason}.",
        errors.ImageMissing: "Il n'y a pas de fichier image ordinaire à {path}.",
        errors.BadFault: "Ce n'est pas une panne connue : {spec}. Écrivez drop-writes ou unreadable=DÉBUT+LONGUEUR (en octets), précédé de IMAGE: pour une seule image.",
        errors.BadCheck: "Ce n'est pas un essai : {spec}. Écrivez NOM=pass, fail, skipped ou absent, et :REMARQUE s'il y en a une.",
        errors.CheckUnknown: "Il n'y a pas d'essai {name} ; il y a : {known}.",
        errors.MachineMissing: "Il n'y a pas de machine enregistrée dans {path}.",
        errors.RecordingFailed: "L'enregistrement dans {path} n'a pas pu être écrit : {reason}.",
        errors.DriveUnknown: "Cet ordinateur n'a pas de disque {path} ; il a : {known}.",
        errors.NotConfirmed: "Rien n'a été effacé. Pour effacer {path} ({model}, {size}), ajoutez --yes-erase et les quatre derniers caractères de son numéro de série.",
        errors.NothingChosen: "Aucun disque n'a été désigné, donc rien n'a été effacé : désignez chacun avec --drive, ou des fichiers images avec --image.",
        errors.PsidForOne: "Un PSID appartient à un seul disque : désignez ce disque seul.",
        errors.NotHere: "Les disques d'une machine enregistrée ne sont pas ici : --drive ne va pas avec --machine, prenez --image.",
        errors.NotEnrolled: "La clé {path} n'est pas enrôlée. Demandez un code au chef d'atelier, puis lancez rebond-agent enrol ADRESSE CODE.",
        errors.AlreadyEnrolled: "Cette clé est déjà enrôlée : elle appartient à {site} ({server}). Prenez une clé neuve, ou un autre dossier avec --stick.",
        errors.StickError: "La clé ne peut pas être utilisée.",
        errors.StickInUse: "Un autre rebond-agent travaille avec la clé {path} ; attendez qu'il ait fini.",
        errors.StickDamaged: "{path}, sur la clé, n'est pas utilisable : {reason}. Gardez cette clé et montrez-la au chef d'atelier.",
        errors.StickFailed: "La clé n'a pas gardé {path} ({reason}). Plus rien n'y sera écrit : gardez-la, montrez-la au chef d'atelier, et continuez avec une autre.",
        errors.StatementTooLarge: "Le relevé est trop gros, même sans ses pièces : {reason}.",
        errors.ServerError: "Le serveur n'a pas pu être utilisé ; tout reste sur la clé.",
        errors.BadAddress: "Ce n'est pas une adresse de serveur : {url}. Écrivez http://nom:port ou https://nom.",
        errors.Unreachable: "Le serveur {url} ne répond pas ({reason}). Tout reste sur la clé ; réessayez plus tard.",
        errors.NoOrder: "Rien n'a été effacé : aucun ordre de l'atelier ne laisse effacer les disques de cet ordinateur sans une personne. Rangez-le dans un lot qui a un tel ordre, ou nommez les disques.",
        errors.ClockWrong: "L'horloge de cet ordinateur est fausse : le certificat de {url} semble périmé. Tout reste sur la clé ; réglez date et heure dans le micrologiciel, ou remettez depuis un autre ordinateur.",
        errors.AuthorityStrange: "Le certificat de {url} n'est pas celui qu'affiche l'écran du chef d'atelier. Rien n'a été envoyé : quelqu'un s'est peut-être glissé entre les deux ; prévenez le chef d'atelier.",
        errors.BadFingerprint: "Ce n'est pas une empreinte : {text}. Elle a 64 caractères, 0 à 9 et a à f.",
        errors.WordsDiffer: "Les mots n'étaient pas les mêmes : cette clé n'est pas enrôlée. Demandez au chef d'atelier de la révoquer ; quelqu'un s'est peut-être glissé entre les deux.",
        errors.ServerBusy: "Le serveur {url} a répondu {status} et n'a pas pu prendre le relevé. Il reste sur la clé ; réessayez plus tard.",
        errors.StrangeAnswer: "Ce qui répond à {url} n'est pas notre serveur : {reason}. Tout reste sur la clé ; vérifiez le réseau et l'adresse.",
        errors.BadReceipt: "L'accusé de réception du relevé {statement} n'est pas valable : {reason}. Le relevé reste sur la clé ; prévenez le chef d'atelier.",
        errors.StickUnknown: "Le serveur n'accepte pas cette clé : {message}. Ses relevés restent dessus ; montrez-la au chef d'atelier.",
        errors.EnrolmentRefused: "Le serveur n'a pas enrôlé cette clé : {message}.",
        AgentError: "L'agent s'est arrêté.",
    }
)
"""The French sentence of every error; the English one is its class's docstring."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "it is not signed by the server of the enrolment": "il n'est pas signé par le serveur de l'enrôlement",
        "it is for another statement": "il est pour un autre relevé",
        "it is for other bytes": "il est pour un autre contenu",
        "it is for another stick": "il est pour une autre clé",
        "it is not the key that was enrolled": "ce n'est pas la clé secrète qui a été enrôlée",
        "its first line is damaged": "sa première ligne est abîmée",
        "its content does not fit its checksum": "son contenu ne correspond pas à sa somme de contrôle",
        "its signature is not this stick's": "sa signature n'est pas celle de cette clé",
        "its first line names another statement": "sa première ligne désigne un autre relevé",
        "its file name names another statement": "son nom de fichier désigne un autre relevé",
        "timed out": "délai dépassé",
        "the folder is not empty": "le dossier n'est pas vide",
    }
)
"""Reasons that stand inside sentences; what the system itself says stays as it said it."""
