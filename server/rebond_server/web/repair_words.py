"""Parts, choices and purposes in words."""

from msgspec import ValidationError, convert

from rebond_server.domain.lift_way import Choice, Stuck
from rebond_server.domain.part import Part, PartKind, Spec
from rebond_server.domain.sentence import Sentence
from rebond_server.domain.suitability import Answer, Purpose
from rebond_server.web.language import gettext, number, say

PARTS: dict[PartKind, Sentence] = {
    PartKind.MEMORY: Sentence(fr="barrette de mémoire", en="memory module"),
    PartKind.DRIVE: Sentence(fr="disque", en="drive"),
    PartKind.BATTERY: Sentence(fr="batterie", en="battery"),
    PartKind.CHARGER: Sentence(fr="chargeur", en="charger"),
}
UNITS = {PartKind.MEMORY: "Mio", PartKind.DRIVE: "Go", PartKind.BATTERY: "%"}

PURPOSES: dict[Purpose, Sentence] = {
    Purpose.FAMILY: Sentence(fr="Famille", en="Family"),
    Purpose.COLLEGIEN: Sentence(fr="Collégien", en="Pupil"),
    Purpose.STUDENT: Sentence(fr="Étudiant", en="Student"),
    Purpose.RESIN: Sentence(fr="Lieu de médiation (Rés'in)", en="Mediation place (Rés'in)"),
    Purpose.ADMINISTRATION: Sentence(fr="Démarches en ligne", en="Dealing with offices"),
    Purpose.WINDOWS_11: Sentence(fr="Windows 11", en="Windows 11"),
    Purpose.LINUX: Sentence(fr="Linux", en="Linux"),
    Purpose.RECONDITIONNE: Sentence(
        fr="Mot « reconditionné » (décret 2022-190)", en="The word “reconditionné” (2022-190)"
    ),
    Purpose.PRICE_DECREE: Sentence(
        fr="Prix solidaire (décret 2022-1413)", en="Solidarity price (2022-1413)"
    ),
    Purpose.UNDER_TEN_YEARS: Sentence(fr="Moins de dix ans", en="Under ten years"),
}
ANSWERS: dict[Answer, Sentence] = {
    Answer.YES: Sentence(fr="oui", en="yes"),
    Answer.REVIEW: Sentence(fr="à vérifier", en="to be checked"),
    Answer.NO: Sentence(fr="non", en="no"),
}


def purpose_name(purpose: Purpose) -> str:
    """Return a purpose in the reader's language."""
    return say(PURPOSES[purpose])


def answer_name(answer: Answer) -> str:
    """Return yes, no or to be checked."""
    return say(ANSWERS[answer])


def choice_text(choice: Choice) -> str:
    """Return what is put in: kind, size and count."""
    text = _spec(choice.kind, choice.spec)
    if choice.pieces > 1:
        text = f"{choice.pieces} × {text}"  # noqa: RUF001 - the sign of a multiplication
    if choice.above_hint:
        hint = gettext("au-delà du maximum annoncé, souvent faux : à essayer")
        text = f"{text} ({hint})"
    return text


def part_text(part: Part) -> str:
    """Return one piece and where it lies."""
    if part.donor is not None:
        place = gettext("à prendre dans %(tag)s") % {"tag": part.donor}
    else:
        place = part.place
    return f"{_spec(part.kind, part.spec)} – {place}"  # noqa: RUF001 - a dash between two things


def part_alone(part: Part) -> str:
    """Return one piece without where it lies, with its number where it has one."""
    text = _spec(part.kind, part.spec)
    return text if part.serial is None else f"{text} ({part.serial})"


def stuck_text(stuck: Stuck) -> str:
    """Return why no way leads there."""
    told = say(stuck.sentence)
    if stuck.kind is None:
        return told
    missing = gettext("Pas de pièce qui convienne en stock : %(kind)s") % {
        "kind": say(PARTS[stuck.kind])
    }
    return f"{told} {missing}"


def spec_text(kind: PartKind, spec: dict[str, object]) -> str:
    """Return a part as it is kept, in words; what this version can't read is its kind alone."""
    try:
        return _spec(kind, convert(spec, Spec))
    except ValidationError:
        return say(PARTS[kind])


def _spec(kind: PartKind, spec: Spec) -> str:
    told = [say(PARTS[kind]), spec.type, spec.form]
    if spec.size is not None and kind in UNITS:
        told.append(f"{number(spec.size)} {UNITS[kind]}")
    return " ".join(text for text in told if text)
