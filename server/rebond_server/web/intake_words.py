"""The words of lots, imports and intake, as people read them."""

from rebond_schemas.plan_law import Kind
from rebond_server.domain.intake.judging import LineVerdict
from rebond_server.domain.intake.reconciliation import Standing
from rebond_server.domain.lot import DonorKind, ErasurePolicy, LotKind, PlaceKind, PriceMode
from rebond_server.domain.lot_paper import PaperKind
from rebond_server.domain.sentence import Sentence
from rebond_server.operations.act_on_tags import BulkAction
from rebond_server.web.words import Mark

LINES: dict[LineVerdict, Mark] = {
    LineVerdict.NEW: Mark(Sentence(fr="nouveau", en="new"), "good", "+"),
    LineVerdict.CHANGED: Mark(Sentence(fr="changé", en="changed"), "warn", "≠"),
    LineVerdict.KNOWN: Mark(Sentence(fr="déjà là", en="known"), "plain", "="),
    LineVerdict.REFUSED: Mark(Sentence(fr="refusé", en="refused"), "bad", "✗"),
}

STANDINGS: dict[Standing, Mark] = {
    Standing.RECEIVED: Mark(Sentence(fr="reçu", en="received"), "good", "✓"),
    Standing.MISSING: Mark(Sentence(fr="manquant", en="missing"), "warn", "?"),
    Standing.UNEXPECTED: Mark(Sentence(fr="imprévu", en="unexpected"), "warn", "!"),
}

LOT_KINDS: dict[LotKind, Sentence] = {
    LotKind.CAMPAIGN: Sentence(fr="collecte", en="campaign"),
    LotKind.ANNEX: Sentence(fr="liste annexée", en="annex"),
}

DONOR_KINDS: dict[DonorKind, Sentence] = {
    DonorKind.PUBLIC_BODY: Sentence(fr="collectivité ou organisme public", en="public body"),
    DonorKind.COMPANY: Sentence(fr="entreprise", en="company"),
    DonorKind.PERSON: Sentence(fr="particuliers", en="people"),
    DonorKind.OPERATOR: Sentence(fr="opérateur", en="operator"),
}

ERASURE_POLICIES: dict[ErasurePolicy, Sentence] = {
    ErasurePolicy.CLEAR: Sentence(fr="Clear (réécriture)", en="Clear (overwrite)"),
    ErasurePolicy.PURGE: Sentence(fr="Purge", en="Purge"),
    ErasurePolicy.DESTRUCT: Sentence(fr="Destruct (destruction)", en="Destruct (destruction)"),
}

PRICE_MODES: dict[PriceMode, Sentence] = {
    PriceMode.FREE: Sentence(fr="gratuit, aucune revente", en="free, no resale"),
    PriceMode.SOLIDARITY: Sentence(fr="prix solidaire permis", en="solidarity price allowed"),
}

PLACE_KINDS: dict[PlaceKind, Sentence] = {
    PlaceKind.SITE: Sentence(fr="site", en="site"),
    PlaceKind.ROOM: Sentence(fr="salle", en="room"),
    PlaceKind.SHELF: Sentence(fr="étagère", en="shelf"),
    PlaceKind.PALLET: Sentence(fr="palette", en="pallet"),
}

BULK_ACTIONS: dict[BulkAction, Sentence] = {
    BulkAction.MOVE: Sentence(fr="déplacer vers un lieu", en="move to a place"),
    BulkAction.LOT: Sentence(fr="ranger dans un lot", en="file under a lot"),
    BulkAction.HOLD: Sentence(fr="retenir, avec la raison", en="hold, with the reason"),
    BulkAction.RESUME: Sentence(
        fr="remettre dans le circuit, avec la raison", en="bring back, with the reason"
    ),
    BulkAction.RESET: Sentence(
        fr="attester la réinitialisation (téléphone, tablette), avec la raison",
        en="witness the reset (phone, tablet), with the reason",
    ),
    BulkAction.EXAMINE: Sentence(
        fr="examiner à la main : catégorie, puis la raison (« B testé »)",
        en="examine by hand: grade, then the reason (“B tested”)",
    ),
    BulkAction.CONFIRM: Sentence(
        fr="valider la catégorie calculée, avec la raison",
        en="confirm the computed grade, with the reason",
    ),
}

INTAKE_KINDS: tuple[Kind, ...] = (
    Kind.LAPTOP,
    Kind.DESKTOP,
    Kind.ALL_IN_ONE,
    Kind.MINI,
    Kind.TABLET,
    Kind.SMARTPHONE,
    Kind.SCREEN,
    Kind.ACCESSORY,
    Kind.KEY_4G,
    Kind.PRINTER,
    Kind.OTHER,
)
"""In the order in which they come in."""

PAPERS: dict[PaperKind, Sentence] = {
    PaperKind.ERASURE: Sentence(fr="Certificat d'effacement du lot", en="Erasure of the lot"),
    PaperKind.TRANSFER: Sentence(fr="Bon de transfert", en="Transfer note"),
    PaperKind.REUSE: Sentence(fr="Chiffre du réemploi", en="Figure of reuse"),
}
