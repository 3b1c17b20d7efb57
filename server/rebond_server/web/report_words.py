"""Words of the reports owed: publics, outcomes, and what one device's line says."""

from collections.abc import Sequence

from rebond_server.domain.fate import PLACE_NAMES, Fate, Place
from rebond_server.domain.intake.reconciliation import Standing
from rebond_server.domain.sentence import Sentence

PUBLICS: dict[str, Sentence] = {
    "pupil": Sentence(fr="collégiens", en="pupils"),
    "student": Sentence(fr="étudiants", en="students"),
    "family": Sentence(fr="familles", en="families"),
    "rsj": Sentence(fr="jeunes au RSJ", en="youths on RSJ"),
    "rsa": Sentence(fr="bénéficiaires du RSA", en="people on RSA"),
    "elderly": Sentence(fr="personnes âgées", en="elderly people"),
    "disabled": Sentence(fr="personnes en situation de handicap", en="disabled people"),
    "job_seeker": Sentence(fr="demandeurs d'emploi", en="job seekers"),
    "collegien": Sentence(fr="collégiens", en="collégiens"),
    "scholarship_student": Sentence(fr="étudiants boursiers", en="scholarship students"),
    "mediation_place": Sentence(fr="lieux de médiation", en="mediation places"),
    "youth_in_difficulty": Sentence(
        fr="jeunes en difficulté sociale", en="youths in social difficulty"
    ),
}
STANDINGS: dict[Standing, Sentence] = {
    Standing.RECEIVED: Sentence(fr="reçu", en="received"),
    Standing.MISSING: Sentence(fr="annoncé, non reçu", en="announced, not received"),
    Standing.UNEXPECTED: Sentence(fr="reçu, non annoncé", en="received, not announced"),
}
NO_POINT = Sentence(fr="point non noté", en="point not recorded")
HIDDEN = Sentence(fr="masqué", en="hidden")
NOT_RECEIVED = Sentence(fr="non reçu", en="not received")
ERASED = Sentence(fr="effacement prouvé", en="proven erased")
NO_MEDIUM = Sentence(fr="ne garde pas de données", en="holds no data")
UNPROVEN = Sentence(fr="non prouvé", en="not proven")


def public_name(name: str) -> Sentence:
    """Return a public in words; one that the table lacks is shown as it came."""
    return PUBLICS.get(name, Sentence(fr=name, en=name))


def proof_of(fate: Fate) -> Sentence:
    """Say what is proven of the data on a device; a device without a report holds none, or is unproven."""
    if not fate.sanitised:
        return UNPROVEN
    return ERASED if fate.examined else NO_MEDIUM


def outcomes(fates: Sequence[Fate]) -> list[tuple[Sentence, int]]:
    """Return what the devices became, in words: releases by programme, then every other place."""
    given: dict[str, int] = {}
    for one in fates:
        if one.place is Place.GIVEN:
            name = one.programme_name or "?"
            given[name] = given.get(name, 0) + 1
    found = [
        (Sentence(fr=f"remis : {name}", en=f"released: {name}"), given[name])
        for name in sorted(given)
    ]
    for place in Place:
        count = sum(one.place is place for one in fates)
        if count and place is not Place.GIVEN:
            found.append((PLACE_NAMES[place], count))
    return found
