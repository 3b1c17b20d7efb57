"""From the fates of a lot's devices to the two reports owed: volume and fate, and annex."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
from markupsafe import Markup

from rebond_schemas.plan import Lot, Share
from rebond_schemas.plan_law import Regime
from rebond_server.documents.flow import Band, flow_svg
from rebond_server.documents.report import Report, Table
from rebond_server.domain.fate import (
    PLACE_NAMES,
    PLACE_OF_ONE,
    STAGE_NAMES,
    Fate,
    Place,
    Stage,
    Tally,
    by_programme,
    by_public,
    no_resale,
    tally,
)
from rebond_server.domain.impact import avoided
from rebond_server.domain.intake.reconciliation import Pair, Reconciliation, Standing
from rebond_server.domain.sentence import Language, Sentence
from rebond_server.domain.share_reading import readings
from rebond_server.domain.small_cells import LEAST, shown
from rebond_server.rules.load import impact_factors
from rebond_server.sheets.written_ods import Cell
from rebond_server.store.queries.lot_page import LotPage
from rebond_server.web.demand_words import BASES
from rebond_server.web.impact_tables import impact_statements, impact_table
from rebond_server.web.kind_words import kind_name
from rebond_server.web.report_words import (
    HIDDEN,
    NO_POINT,
    NOT_RECEIVED,
    PUBLICS,
    STANDINGS,
    outcomes,
    proof_of,
)

Group = tuple[str | None, str]
"""A collection point, None when none was noted, and a kind."""
_IN_SHEET = tuple(place for place in Place if place is not Place.GIVEN)
"""What is given is the stage "released" already: a sheet names it once."""
_ANNEX = (
    "Ligne", "N° d'inventaire", "Série", "Genre", "Appareil", "Annexe", "Étiquette", "Décision",
    "Devenir", "Données", "Dispositif", "Organisme", "Territoire", "Remise", "Le",
)  # fmt: skip


def groups(fates: Sequence[Fate]) -> dict[Group, Tally]:
    """Return the tally of each collection point and kind, devices without a point last."""
    found: dict[Group, list[Fate]] = {}
    for one in fates:
        found.setdefault((one.point, one.kind), []).append(one)
    order = sorted(found, key=lambda group: (group[0] is None, group[0] or "", group[1]))
    return {group: tally(found[group]) for group in order}


def places_met(whole: Tally) -> tuple[Place, ...]:
    """Return the places where something stands."""
    return tuple(place for place in Place if whole.places[place])


def picture(fates: Sequence[Fate], language: Language = "fr") -> tuple[Markup, Sentence]:
    """Return the flow picture in this language, and what it shows in words."""
    bands = outcomes(fates)
    told = Sentence(
        fr=f"{len(fates)} collectés ; " + ", ".join(f"{count} {name.fr}" for name, count in bands),
        en=f"{len(fates)} collected; " + ", ".join(f"{count} {name.en}" for name, count in bands),
    )
    source = Band(name=STAGE_NAMES[Stage.COLLECTED].into(language), count=len(fates))
    drawn = [Band(name=name.into(language), count=count) for name, count in bands]
    return flow_svg(source, drawn, told.into(language)), told


def volume_report(lot: LotPage, fates: Sequence[Fate], workshop: str, day: str) -> Report:
    """Return "volume et devenir du matériel collecté" (CP-2021-0668), in French."""
    drawn, told = picture(fates)
    counted, whole = groups(fates), tally(fates)
    tables = [
        _counts("Jusqu'où sont venus les appareils", counted, whole, tuple(Stage)),
        _counts("Où sont les appareils", counted, whole, places_met(whole)),
        _programmes(fates),
    ]
    publics = by_public(fates)
    if publics:
        tables.append(_publics(publics))
    if shares_of(lot):
        tables.append(_shares(lot, fates))
    impact = avoided(kinds_given(fates), impact_factors())
    if impact.lines or impact.unsourced:
        tables.append(impact_table(impact))
    return Report(
        title=f"Volume et devenir du matériel collecté : {lot.line.name}",
        workshop=workshop,
        facts=_facts(lot, day),
        statements=(no_resale_of(lot, fates).fr, *impact_statements(impact)),
        tables=tuple(tables),
        sheet=_counts("Volume et devenir", counted, whole, (*Stage, *_IN_SHEET)),
        picture=drawn if fates else None,
        picture_told=told.fr,
    )


def shares_of(lot: LotPage) -> tuple[Share, ...]:
    """Return the shares that the lot's decision promises."""
    return msgspec.convert(lot.terms, Lot).shares


def kinds_given(fates: Sequence[Fate]) -> dict[str, int]:
    """Return the devices handed over, by kind."""
    return dict(Counter(one.kind for one in fates if one.place is Place.GIVEN))


def _shares(lot: LotPage, fates: Sequence[Fate]) -> Table:
    """Three readings of a share: the decision says "environ", and not of what."""
    rows = [
        (
            share.programme, f"{share.fraction * 100:g} %", BASES[one.base].fr, one.counted,
            f"{one.promised:.1f}".replace(".", ","), one.given,
            "lecture retenue" if one.chosen else "pour comparaison",
        )
        for share in shares_of(lot)
        for one in readings(share, fates)
    ]  # fmt: skip
    return Table(
        name="Part promise, selon la lecture",
        heading=("Dispositif", "Part", "De quoi", "Comptés", "Promis", "Remis", ""),
        rows=tuple(rows),
    )


def annex_report(
    lot: LotPage, fates: Sequence[Fate], found: Reconciliation, workshop: str, day: str
) -> Report:
    """Return the fate of each device of a lot, and of each announced line that never came."""
    known = {one.id: one for one in fates}
    table = Table(
        name="Devenir de chaque appareil",
        heading=_ANNEX,
        rows=tuple(_line(lot, pair, known) for pair in annex_pairs(found)),
    )
    announced = (
        f"Lignes annoncées : {found.expected}, dont reçues : {found.count(Standing.RECEIVED)}, "
        f"non reçues : {found.count(Standing.MISSING)}. "
        f"Appareils reçus sans être annoncés : {found.count(Standing.UNEXPECTED)}."
    )
    return Report(
        title=f"Devenir des appareils du lot : {lot.line.name}",
        workshop=workshop,
        facts=_facts(lot, day),
        statements=(
            *((announced,) if found.expected else ()),
            no_resale_of(lot, fates).fr,
        ),
        tables=(table,),
        sheet=table,
    )


def no_resale_of(lot: LotPage, fates: Sequence[Fate]) -> Sentence:
    """Return the statement on resale, with the number of the decision it rests on."""
    allowed = bool(lot.terms.get("resale_allowed", False))
    said = no_resale(Regime(lot.terms["regime"]), fates, resale_allowed=allowed)
    number = lot.line.agreement
    if number is None:
        return said
    return Sentence(fr=f"Décision {number}. {said.fr}", en=f"Decision {number}. {said.en}")


def annex_pairs(found: Reconciliation) -> tuple[Pair, ...]:
    """Return the lines of the annex, then the devices that it does not name, each by its number."""
    return tuple(
        sorted(
            found.pairs,
            key=lambda pair: (
                (0, pair.announced.line, pair.announced.id)
                if pair.announced is not None
                else (1, 0, "" if pair.arrived is None else pair.arrived.tag)
            ),
        )
    )


def _line(lot: LotPage, pair: Pair, known: Mapping[str, Fate]) -> tuple[Cell, ...]:
    said, came = pair.announced, pair.arrived
    fate = None if came is None else known.get(came.id)
    kind = came.kind if came is not None else said.kind if said is not None else None
    named = lot.line.expected > 0
    return (
        None if said is None else said.line,
        (said.donor_tag if said is not None else None) or (came.donor_tag if came else None),
        (came.serial if came is not None else None) or (said.serial if said else None),
        None if kind is None else kind_name(kind).fr,
        (came.name if came is not None else None) or (said.name if said else None),
        STANDINGS[pair.standing].fr if named else None,
        None if came is None else came.tag,
        lot.line.agreement,
        NOT_RECEIVED.fr if fate is None else PLACE_OF_ONE[fate.place].fr,
        None if fate is None else proof_of(fate).fr,
        None if fate is None else fate.programme_name,
        None if fate is None else fate.organisation,
        None if fate is None else fate.territory,
        None if fate is None else fate.handover,
        None if fate is None or fate.day is None else f"{fate.day:%d/%m/%Y}",
    )


def _facts(lot: LotPage, day: str) -> tuple[tuple[str, str], ...]:
    line = lot.line
    window = None
    if lot.starts is not None and lot.ends is not None:
        window = f"du {lot.starts:%d/%m/%Y} au {lot.ends:%d/%m/%Y}"
    told = (
        ("Lot", line.code),
        ("Décision", line.agreement),
        ("Donateur", line.donor),
        ("Collecte", window),
        ("Points de collecte", ", ".join(lot.points) or None),
        ("Établi le", day),
    )
    return tuple((name, value) for name, value in told if value is not None)


def _counts(
    name: str, counted: Mapping[Group, Tally], whole: Tally, columns: Sequence[Stage | Place]
) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (point or NO_POINT.fr, kind_name(kind).fr, *(one.count(column) for column in columns))
        for (point, kind), one in counted.items()
    ]
    rows.append(("Total", None, *(whole.count(column) for column in columns)))
    heading = ("Point de collecte", "Genre", *(_column(column).fr for column in columns))
    return Table(name=name, heading=heading, rows=tuple(rows), empty="", total=True)


def _column(column: Stage | Place) -> Sentence:
    return STAGE_NAMES[column] if isinstance(column, Stage) else PLACE_NAMES[column]


def _programmes(fates: Sequence[Fate]) -> Table:
    names = {one.programme: one.programme_name for one in fates}
    counts = by_programme(fates)
    rows = [(names[code] or code, count) for code, count in counts.items()]
    return Table(
        name="Remis, par dispositif",
        heading=("Dispositif", "Appareils remis"),
        rows=(*rows, ("Total", sum(counts.values()))),
        total=True,
    )


def _publics(counts: Mapping[str, int]) -> Table:
    return Table(
        name=f"Remis, par public (un nombre inférieur à {LEAST} est masqué)",
        heading=("Public", "Appareils remis"),
        rows=tuple(
            (PUBLICS[name].fr if name in PUBLICS else name, count)
            for name, count in shown(counts).items()
        ),
        empty=HIDDEN.fr,
    )
