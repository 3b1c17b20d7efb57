"""The codes of a plan as sentences: why this device for this request, and why a request got less."""

from collections.abc import Callable
from typing import NamedTuple

from rebond_schemas.plan_law import Category
from rebond_schemas.plan_output import Assigned, Condition, Miss, Outcome, Reason, Why
from rebond_server.domain.sentence import Sentence
from rebond_server.web.demand_words import CATEGORIES, PROOFS
from rebond_server.web.report_words import PUBLICS
from rebond_server.web.words import KINDS


class Pair(NamedTuple):
    """A sentence in French and English with holes for `needed`, `found`, `rule`."""

    fr: str
    en: str

    def filled(self, **values: str) -> Sentence:
        """Return the sentence with its holes filled."""
        return Sentence(fr=self.fr.format(**values), en=self.en.format(**values))


_C, _W = Condition, Why

# fmt: off
CONDITIONS: dict[Condition, Pair] = {
    _C.REQUEST_FORBIDDEN: Pair("une personne a mis cette demande en attente", "a person has put this request on hold"),
    _C.FILE_INCOMPLETE: Pair("le dossier n'est pas complet", "the file is not complete"),
    _C.PROGRAMME_CLOSED: Pair("le dispositif n'est pas ouvert à cette date ({needed})", "the programme is not open on this day ({needed})"),
    _C.PROOF_MISSING: Pair("il manque le justificatif « {needed} »", "the proof “{needed}” is missing"),
    _C.OFFICE_UNKNOWN: Pair("le bureau de retrait n'est pas indiqué", "the pick-up office is not given"),
    _C.TERRITORY: Pair("le territoire ({found}) n'est pas celui du dispositif ({needed})", "the territory ({found}) is not the programme's ({needed})"),
    _C.PUBLIC: Pair("le public ({found}) n'est pas celui du dispositif ({needed})", "the public ({found}) is not the programme's ({needed})"),
    _C.DEVICE_FORBIDDEN: Pair("une personne a écarté cet appareil", "a person has set this device apart"),
    _C.NOT_SANITISED: Pair("l'effacement n'est pas prouvé", "the wipe is not proven"),
    _C.LOT_PROGRAMME: Pair("le lot est réservé à {needed}", "the lot is reserved for {needed}"),
    _C.LOT_TERRITORY: Pair("le lot est réservé au territoire {needed} (ici : {found})", "the lot is reserved for the territory {needed} (here: {found})"),
    _C.LOT_PUBLIC: Pair("le lot est réservé au public {needed} (ici : {found})", "the lot is reserved for the public {needed} (here: {found})"),
    _C.LOT_QPV: Pair("le lot est réservé aux quartiers prioritaires (QPV)", "the lot is reserved for priority districts (QPV)"),
    _C.LOT_RECIPIENT: Pair("la loi ou la décision du lot n'admet pas ce destinataire ({found})", "the law or the lot's decision does not admit this recipient ({found})"),
    _C.UNIT_VALUE: Pair("valeur unitaire {found} € : la limite est de {needed} € (CG3P L. 3212-2)", "unit value €{found}: the limit is €{needed} (CG3P L. 3212-2)"),
    _C.RESALE: Pair("ce lot ne peut pas être revendu, même à prix solidaire", "this lot may not be resold, not even at a solidarity price"),
    _C.SELLER: Pair("l'opérateur ({found}) ne peut pas vendre ce lot", "the operator ({found}) may not sell this lot"),
    _C.PRICE_CAP: Pair("prix demandé {found} € : le plafond est de {needed} €", "price asked €{found}: the cap is €{needed}"),
    _C.PROGRAMME_KIND: Pair("le dispositif ne prend pas ce genre d'appareil ({found})", "the programme does not take this kind of device ({found})"),
    _C.KIND: Pair("genre demandé : {needed} ; en stock : {found}", "kind wanted: {needed}; in stock: {found}"),
    _C.GRADE: Pair("catégorie demandée : {needed} au moins ; en stock : {found}", "grade wanted: {needed} at least; in stock: {found}"),
    _C.RAM: Pair("mémoire demandée : {needed} Mio ; en stock : {found}", "memory wanted: {needed} MiB; in stock: {found}"),
    _C.DISK: Pair("disque demandé : {needed} Go ; en stock : {found}", "disk wanted: {needed} GB; in stock: {found}"),
    _C.SOLID_STATE: Pair("disque SSD demandé ; en stock : {found}", "solid-state drive wanted; in stock: {found}"),
    _C.CPU_YEAR: Pair("processeur demandé : {needed} ou plus récent ; en stock : {found}", "processor wanted: {needed} or newer; in stock: {found}"),
    _C.WINDOWS_11: Pair("compatible Windows 11 demandé", "Windows 11 compatible wanted"),
    _C.BATTERY: Pair("batterie demandée : {needed} % ; en stock : {found}", "battery wanted: {needed} %; in stock: {found}"),
}

WHYS: dict[Why, Pair] = {
    _W.NOT_ELIGIBLE: Pair("Demande ou stock non conformes : {misses}.", "Request or stock do not fit: {misses}."),
    _W.NO_STOCK: Pair("Le stock manque ({rule}) : {misses}.", "There is not enough stock ({rule}): {misses}."),
    _W.HIGHER_TIER: Pair("Les appareils qui conviendraient vont à une priorité plus haute (rang {rule}).", "The devices that would fit go to a higher priority (tier {rule})."),
    _W.CAP: Pair("Un plafond est atteint : {rule} ; il faudrait {needed}.", "A cap is reached: {rule}; it would have to be {needed}."),
    _W.SHARE: Pair("Une part du lot est promise à un autre dispositif : {rule}.", "A share of the lot is promised to another programme: {rule}."),
    _W.PIN: Pair("Une consigne donnée par une personne passe avant.", "A person's instruction comes first."),
    _W.FAIRNESS: Pair("À priorité égale, le partage équitable sert d'abord les moins servis.", "At equal priority, fair sharing serves those who have least first."),
    _W.MORE_SERVED: Pair("Le plan sert ainsi plus de demandes.", "This way the plan serves more requests."),
    _W.TIE: Pair("À égalité en tout, l'ordre des dossiers complets puis le tirage décident.", "All else being equal, the order of complete files and then the draw decide."),
}
# fmt: on

CRITERIA: dict[str, Sentence] = {
    "pins": Sentence(fr="consignes des personnes", en="people's instructions"),
    "floors": Sentence(fr="parts promises par les conventions", en="shares promised by agreements"),
    "shares": Sentence(fr="parts promises par les conventions", en="shares promised by agreements"),
    "tiers": Sentence(
        fr="servir le plus d'unités, rang de priorité après rang",
        en="serve the most units, tier after tier",
    ),
    "fill": Sentence(
        fr="à rang égal, servir d'abord les moins servis",
        en="within a tier, serve those who have least first",
    ),
    "wish": Sentence(fr="suivre l'ordre des souhaits", en="follow the order of wishes"),
    "over_specification": Sentence(
        fr="ne pas donner plus puissant que demandé", en="give nothing stronger than asked"
    ),
    "change": Sentence(
        fr="changer le moins possible du plan précédent", en="change as little as possible"
    ),
    "files": Sentence(fr="ordre des dossiers complets", en="order of complete files"),
    "lottery": Sentence(fr="tirage au sort publié", en="published draw"),
}


def miss_sentence(miss: Miss) -> Sentence:
    """Return what one condition asks and what was found."""
    pair = CONDITIONS[miss.condition]
    french = pair.filled(needed=_plain(miss.needed, "fr"), found=_plain(miss.found, "fr"))
    english = pair.filled(needed=_plain(miss.needed, "en"), found=_plain(miss.found, "en"))
    return Sentence(fr=french.fr, en=english.en)


def reason_sentence(reason: Reason) -> Sentence:
    """Return one cause of a refusal."""
    missed = [miss_sentence(miss) for miss in reason.misses]
    number = reason.needed or "?"
    french = " ; ".join(m.fr for m in missed) or f"{number} appareil(s) de plus"
    english = "; ".join(m.en for m in missed) or f"{number} more device(s)"
    # A rule is named by its path, such as "tier/1" or "cap/pass/office"; people know its last part.
    rule = reason.rule.split("/", 1)[-1]
    pair = WHYS[reason.why]
    return Sentence(
        fr=pair.filled(misses=french, rule=_plain(rule, "fr"), needed=number).fr,
        en=pair.filled(misses=english, rule=_plain(rule, "en"), needed=number).en,
    )


RULES: dict[str, Pair] = {
    "cap": Pair("plafond {rule}", "cap {rule}"),
    "share": Pair("part promise {rule}", "promised share {rule}"),
    "quantity": Pair("la demande {rule} n'en veut pas autant", "request {rule} wants less"),
    "kit": Pair("kit incomplet ({rule})", "incomplete kit ({rule})"),
    "no_stock": Pair("le stock manque ({rule})", "not enough stock ({rule})"),
    "pins": Pair("une autre consigne passe avant{rule}", "another instruction comes first{rule}"),
    "fill": Pair("partage équitable{rule}", "fair sharing{rule}"),
}


def rule_name(rule: str) -> Sentence:
    """Return a rule by what people know it as: a cap, a share, fair sharing, a pin."""
    kind, _, rest = rule.partition("/")
    if kind not in RULES:
        return Sentence(fr=f"règle {rule}", en=f"rule {rule}")
    return RULES[kind].filled(rule=rest)


def outcome_sentences(outcome: Outcome) -> tuple[Sentence, ...]:
    """Return why a request did not get all it asked for, first reason first."""
    return tuple(reason_sentence(reason) for reason in outcome.reasons)


def line_sentence(line: Assigned, named: Callable[[str], str] = str) -> Sentence:
    """Return why this device goes to this request; `named` turns a request's id into its name."""
    fr = [f"priorité de rang {line.tier}", f"répond au souhait n° {line.wish + 1}"]
    en = [f"priority tier {line.tier}", f"meets wish no. {line.wish + 1}"]
    if line.over_specification:
        fr.append(f"{line.over_specification} cran(s) au-dessus du besoin")
        en.append(f"{line.over_specification} step(s) above the need")
    if line.locked:
        fr.append("verrouillé par une personne")
        en.append("locked by a person")
    if line.kept:
        fr.append("comme au plan précédent")
        en.append("as in the previous plan")
    if line.next_best is not None:
        fr.append(f"sinon irait à {named(line.next_best)}")
        en.append(f"would else go to {named(line.next_best)}")
    return Sentence(fr=_sentence(fr), en=_sentence(en))


def _sentence(parts: list[str]) -> str:
    joined = ", ".join(parts)
    return f"{joined[:1].upper()}{joined[1:]}."


def _plain(text: str, language: str) -> str:
    """Return a value of the plan in words; "" is unknown, "|" separates alternatives."""
    if not text:
        return "inconnu" if language == "fr" else "unknown"
    words = [_word(part) for part in text.split("|")]
    parts = text.split("|")
    told = [
        part if word is None else (word.fr if language == "fr" else word.en)
        for part, word in zip(parts, words, strict=True)
    ]
    return (" ou " if language == "fr" else " or ").join(told)


def _word(code: str) -> Sentence | None:
    """Return the word for a code of the rules: a kind, a public, a proof, a category of recipients."""
    for table in (KINDS, PUBLICS, PROOFS):
        if code in table:
            return table[code]
    return CATEGORIES.get(Category(code)) if code in set(Category) else None
