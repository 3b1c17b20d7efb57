"""The accounts owed by programme, as reports: steering page, evaluation, targets, Pass numérique."""

from collections.abc import Iterable, Mapping, Sequence

from rebond_server.documents.bars import bars_svg
from rebond_server.documents.report import Report, Table
from rebond_server.domain import programme_tally
from rebond_server.domain.evaluation import Marks, OfficeLine
from rebond_server.domain.impact import Impact
from rebond_server.domain.pass_indicators import Indicators, Line
from rebond_server.domain.programme_tally import GivenLine, Progress
from rebond_server.domain.small_cells import LEAST, shown
from rebond_server.sheets.written_ods import Cell
from rebond_server.store.queries.programme_page import ProgrammePage
from rebond_server.web.impact_tables import impact_statements, impact_table
from rebond_server.web.kind_words import kind_name
from rebond_server.web.report_words import HIDDEN, public_name

_TARGET = (
    "Dispositif",
    "Objectif",
    "Atteint",
    "Reste",
    "Pour le",
    "Au rythme des 12 derniers mois",
)
_OFFICE = (
    "Bureau", "Dossiers", "Pass remis", "Formations prescrites", "Formations suivies",
    "Taux de suivi", "Attestations", "Bons donnés", "Retirés", "Valables", "Périmés", "En attente",
)  # fmt: skip
_ANSWERS = (
    "Question", "Bureau", "Réponses", "Moyenne (1 à 4)", "Pas du tout", "Peu", "Assez", "Beaucoup",
)  # fmt: skip


def steering_report(
    found: ProgrammePage, targets: Sequence[Progress], impact: Impact, workshop: str, day: str
) -> Report:
    """Return the page of a programme for its steering committee, in French."""
    publics = {name: n for name, n in programme_tally.by(found.given, "public").items() if name}
    months = programme_tally.by_month(found.given)
    tables = [_targets([(found, one) for one in targets])] if targets else []
    tables += [
        _counts("Remis, par genre", "Genre", _kinds(found.given)),
        _publics("Remis, par public", publics),
        _counts(
            "Remis, par territoire", "Territoire", programme_tally.by(found.given, "territory")
        ),
        _counts("Remis, par mois", "Mois", months),
    ]
    if impact.lines or impact.unsourced:
        tables.append(impact_table(impact))
    told = ", ".join(f"{month} : {count}" for month, count in months.items())
    return Report(
        title=f"Suivi du dispositif : {found.name}",
        workshop=workshop,
        facts=_facts(found, day),
        statements=(
            _stands(found),
            *_before(found.given),
            *impact_statements(impact),
        ),
        tables=tuple(tables),
        sheet=_sheet(found.given),
        picture=bars_svg(months, told) if months else None,
        picture_told=f"Appareils remis par mois : {told}." if months else "",
    )


def _stands(found: ProgrammePage) -> str:
    return (
        f"Remis : {programme_tally.total(found.given)}. À remettre : {found.allocated}. "
        f"Demandes ouvertes : {found.open_requests}, pour {found.wanted} unités."
    )


def evaluation_report(
    found: ProgrammePage, offices: Mapping[str, OfficeLine], whole: OfficeLine, workshop: str, day: str
) -> Report:  # fmt: skip
    """Return the evaluation that CP-2021-0342 asks for, in French."""
    rows = [_office(name or "sans bureau", one) for name, one in offices.items()]
    counted = Table(
        name="Parcours, bureau par bureau",
        heading=_OFFICE,
        rows=(*rows, _office("Total", whole)),
        total=True,
    )
    answers = Table(
        name=f"Réponses des usagers (moins de {LEAST} réponses : masqué)",
        heading=_ANSWERS,
        rows=tuple(
            _answers(question, name, getattr(one, field))
            for question, field in (
                ("Satisfaction de la formation", "satisfaction"),
                ("Utilité du smartphone après la formation", "usefulness"),
            )
            for name, one in (*offices.items(), ("Total", whole))
        ),
        empty=HIDDEN.fr,
    )
    return Report(
        title=f"Évaluation : {found.name}",
        workshop=workshop,
        facts=_facts(found, day),
        statements=tuple(_aims(found, offices, whole)),
        tables=(counted, answers),
        sheet=counted,
    )


def _aims(
    found: ProgrammePage, offices: Mapping[str, OfficeLine], whole: OfficeLine
) -> Iterable[str]:
    if found.trainees is not None:
        aim = found.trainees * max(1, len(offices))
        yield (
            f"Personnes à former : {found.trainees} par bureau, soit {aim} pour {len(offices)} "
            f"bureaux ; formations suivies : {whole.followed}."
        )
    for cap in found.terms.caps:
        if cap.scope == "office":
            yield f"Appareils : {cap.limit} par bureau, aux premiers dossiers complets."
    yield f"Bons donnés : {whole.standing + whole.used} ; appareils retirés : {whole.used}."


def targets_report(
    lines: Sequence[tuple[ProgrammePage, Progress]], workshop: str, day: str
) -> Report:
    """Return every target with its projection, in French."""
    table = _targets(lines)
    return Report(
        title="Objectifs pluriannuels",
        workshop=workshop,
        facts=(("Établi le", day),),
        statements=(
            "La projection prolonge le rythme des 12 derniers mois ; elle n'est pas une promesse.",
        ),
        tables=(table,),
        sheet=table,
    )


def passes_report(found: Indicators, workshop: str, day: str) -> Report:
    """Return the follow-up of the Pass numériques that CP-2019-3591 asks for, in French."""
    heading = (
        "Partenaire",
        "Pass reçus",
        "Distribués",
        "Bénéficiaires",
        "Utilisés",
        "Taux d'utilisation",
        "Restants",
    )
    partners = Table(
        name="Par partenaire",
        heading=heading,
        rows=(
            *(_passes(name, one) for name, one in found.partners.items()),
            _passes("Total", found.whole),
        ),
        total=True,
    )
    told = {"yes": "quartiers prioritaires (QPV)", "no": "hors QPV", "unknown": "non demandé"}
    return Report(
        title="Suivi des Pass numériques",
        workshop=workshop,
        facts=(("Établi le", day),),
        statements=(
            f"Valeur des Pass remis aux partenaires : {_euros(found.value_cents)}.",
            f"Valeur utilisée : {_euros(found.used_cents)}.",
        ),
        tables=(
            partners,
            _publics("Bénéficiaires, par public", found.publics),
            _publics("Bénéficiaires, par quartier", {told[k]: n for k, n in found.qpv.items()}),
            _counts("Pass utilisés, par formation", "Formation", found.trainings),
            _counts("Pass utilisés, par organisme de formation", "Organisme", found.bodies),
        ),
        sheet=partners,
    )


def _passes(name: str, one: Line) -> tuple[Cell, ...]:
    return (
        name, one.received, one.distributed, one.beneficiaries, one.used, _percent(one.rate), one.left,
    )  # fmt: skip


def _office(name: str, one: OfficeLine) -> tuple[Cell, ...]:
    return (
        name, one.files, one.passes, one.prescribed, one.followed, _percent(one.rate),
        one.certificates, one.vouchers, one.used, one.standing, one.lapsed, one.waiting,
    )  # fmt: skip


def _answers(question: str, office: str, marks: Marks) -> tuple[Cell, ...]:
    if marks.mean is None:
        return (question, office or "sans bureau", None, None, None, None, None, None)
    cells: Sequence[Cell] = [None if 0 < count < LEAST else count for count in marks.counts]
    mean = f"{marks.mean:.1f}".replace(".", ",")
    return (question, office or "sans bureau", marks.answers, mean, *cells)


def _targets(lines: Sequence[tuple[ProgrammePage, Progress]]) -> Table:
    return Table(
        name="Objectifs",
        heading=_TARGET,
        rows=tuple(
            (
                found.name,
                one.target.count,
                one.reached,
                max(0, one.target.count - one.reached),
                f"{one.target.ends:%d/%m/%Y}",
                one.projected,
            )
            for found, one in lines
        ),
        empty="pas encore connu",
    )


def _facts(found: ProgrammePage, day: str) -> tuple[tuple[str, str], ...]:
    told = (
        ("Dispositif", found.code),
        ("Opérateur", found.operator),
        ("Convention", found.agreement),
        ("Financements", " ; ".join(found.funding) or None),
        ("Établi le", day),
    )
    return tuple((name, value) for name, value in told if value is not None)


def _before(given: Sequence[GivenLine]) -> Iterable[str]:
    earlier = [one for one in given if one.source]
    if earlier:
        sources = " ; ".join(dict.fromkeys(str(one.source) for one in earlier))
        yield f"Dont {programme_tally.total(earlier)} repris d'avant ce logiciel ({sources})."


def _kinds(given: Sequence[GivenLine]) -> dict[str, int]:
    return {kind_name(kind).fr: n for kind, n in programme_tally.by(given, "kind").items()}


def _publics(name: str, counts: Mapping[str, int]) -> Table:
    return Table(
        name=f"{name} (un nombre inférieur à {LEAST} est masqué)",
        heading=("Public", "Nombre"),
        rows=tuple((public_name(one).fr, count) for one, count in shown(counts).items()),
        empty=HIDDEN.fr,
    )


def _counts(name: str, heading: str, counts: Mapping[str, int]) -> Table:
    rows = [(one or "non précisé", count) for one, count in counts.items()]
    return Table(
        name=name,
        heading=(heading, "Nombre"),
        rows=(*rows, ("Total", sum(counts.values()))),
        total=True,
    )


def _sheet(given: Sequence[GivenLine]) -> Table:
    """One line a device, without the public: a list of people's categories would point at somebody."""
    return Table(
        name="Remises",
        heading=("Le", "Genre", "Nombre", "Territoire", "Organisme", "Étiquette", "Fiche", "Source"),
        rows=tuple(
            (
                f"{one.day:%d/%m/%Y}", kind_name(one.kind).fr, one.count, one.territory,
                one.organisation, one.tag, one.handover, one.source,
            )
            for one in given
        ),
    )  # fmt: skip


def _percent(rate: float | None) -> str | None:
    return None if rate is None else f"{rate * 100:.0f} %"


def _euros(cents: int) -> str:
    return f"{cents / 100:,.0f} €".replace(",", " ")
