"""Pass numérique: batches to partners, and what these report; never more than they were given."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from rebond_schemas.text import clean
from rebond_server.domain.intake.columns import folded
from rebond_server.domain.intake.item import read_day
from rebond_server.domain.policy import Permission
from rebond_server.domain.sentence import Sentence
from rebond_server.errors import BadValue, NotFound
from rebond_server.operations.history import tell
from rebond_server.operations.partners import agreement, needed
from rebond_server.operations.work import ActorKind, Work
from rebond_server.sheets.reading import read_sheet
from rebond_server.store.database import take_turns
from rebond_server.store.ids import uuid7
from rebond_server.store.passes import PassBatch, PassUse

MOST_PASSES = 1_000_000


class UseFacts(Struct, frozen=True, kw_only=True):
    """What a partner reports of a batch for one public."""

    batch: str
    day: date
    public: str
    distributed: int
    beneficiaries: int
    used: int = 0
    qpv: bool | None = None
    training: str | None = None
    body: str | None = None


def record_batch(
    work: Work, partner: str, count: int, day: date, value_cents: int,
    agreement_number: str | None = None, number: str | None = None,
) -> PassBatch:  # fmt: skip
    """Note that passes were handed to a partner."""
    work.require(Permission.MANAGE_REQUESTS)
    name = needed(partner, Sentence(fr="Nommez le partenaire.", en="Name the partner."))[:200]
    if not 1 <= count <= MOST_PASSES or not 0 <= value_cents <= MOST_PASSES:
        raise BadValue(
            Sentence(
                fr="Le nombre de Pass ou leur valeur est impossible.",
                en="The number of passes or their value is impossible.",
            )
        )
    take_turns(work.session, f"pass {work.site_id}")
    known = work.session.scalar(
        select(func.count()).select_from(PassBatch).where(PassBatch.site_id == work.site_id)
    )
    paper = None if agreement_number is None else agreement(work, agreement_number).id
    row = PassBatch(
        site_id=work.site_id, id=uuid7(work.now), number=(clean(number) or "")[:40] or f"PN-{(known or 0) + 1:04}",
        partner=name, agreement_id=paper, day=day, count=count, value_cents=value_cents,
        noted=work.now, noted_by=_who(work),
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    tell(work, "hand_passes", ("pass_batch", row.id), new=row.number, details={"count": count})
    return row


def record_use(work: Work, facts: UseFacts) -> PassUse:
    """Note what a partner reports; raises BadValue beyond what it was given or handed out."""
    work.require(Permission.MANAGE_REQUESTS)
    take_turns(work.session, f"pass {work.site_id}")
    batch = _batch(work, facts.batch)
    public = needed(facts.public, Sentence(fr="Nommez le public.", en="Name the public."))[:80]
    before = _so_far(work, batch)
    _check(facts, batch, before)
    row = PassUse(
        site_id=work.site_id, id=uuid7(work.now), batch_id=batch.id, day=facts.day, public=public,
        qpv=facts.qpv, distributed=facts.distributed, beneficiaries=facts.beneficiaries,
        used=facts.used, training=_short(facts.training), body=_short(facts.body), noted=work.now,
        noted_by=_who(work),
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    told: dict[str, object] = {"distributed": facts.distributed, "used": facts.used}
    tell(work, "report_passes", ("pass_batch", batch.id), new=batch.number, details=told)
    return row


def _check(facts: UseFacts, batch: PassBatch, before: tuple[int, int]) -> None:
    given, used = before[0] + facts.distributed, before[1] + facts.used
    if min(facts.distributed, facts.beneficiaries, facts.used) < 0 or given > batch.count:
        raise BadValue(
            Sentence(
                fr=f"{batch.number} compte {batch.count} Pass : {given} seraient distribués.",
                en=f"{batch.number} has {batch.count} passes: {given} would be distributed.",
            )
        )
    if used > given or facts.beneficiaries > facts.distributed:
        raise BadValue(
            Sentence(
                fr="Il ne peut y avoir plus de Pass utilisés, ni plus de bénéficiaires, que de Pass "
                "distribués.",
                en="There can't be more passes used, nor more beneficiaries, than passes distributed.",
            )
        )


_HEADINGS: dict[str, tuple[str, ...]] = {
    "batch": ("lot de pass", "lot", "numero", "batch"),
    "day": ("date", "jour", "day"),
    "public": ("public", "nature du public"),
    "qpv": ("qpv", "quartier prioritaire"),
    "distributed": ("distribues", "pass distribues", "distributed"),
    "beneficiaries": ("beneficiaires", "nombre de beneficiaires", "beneficiaries"),
    "used": ("utilises", "pass utilises", "used"),
    "training": ("formation", "formation suivie", "training"),
    "body": ("organisme de formation", "organisme", "training body"),
}
_NEEDED = ("batch", "day", "public", "distributed", "beneficiaries")


def import_uses(work: Work, raw: bytes) -> int:
    """Take a partner's table in, all of it or nothing; return how many lines."""
    table = read_sheet(raw)
    names = [folded(name) for name in table.heading.cells]
    columns = {
        field: next((names.index(word) for word in words if word in names), None)
        for field, words in _HEADINGS.items()
    }
    missing = [field for field in _NEEDED if columns[field] is None]
    if missing:
        headings = ", ".join(_HEADINGS[field][0] for field in missing)
        raise BadValue(
            Sentence(
                fr=f"Il manque une colonne : {headings}.", en=f"A column is missing: {headings}."
            )
        )
    for row in table.rows:
        cells = {field: row.cell(column) for field, column in columns.items() if column is not None}
        try:
            record_use(work, _read(cells))
        except (BadValue, NotFound) as refusal:
            raise BadValue(
                Sentence(
                    fr=f"Rien n'est importé. Ligne {row.number} : {refusal.sentence.fr}",
                    en=f"Nothing is imported. Line {row.number}: {refusal.sentence.en}",
                )
            ) from None
    return len(table.rows)


def _read(cells: Mapping[str, str]) -> UseFacts:
    day = read_day(cells["day"])
    if isinstance(day, Sentence):
        raise BadValue(day)
    return UseFacts(
        batch=cells["batch"],
        day=day,
        public=cells["public"],
        distributed=_whole(cells["distributed"]),
        beneficiaries=_whole(cells["beneficiaries"]),
        used=_whole(cells.get("used", "")),
        qpv={"oui": True, "yes": True, "x": True, "non": False, "no": False}.get(
            folded(cells.get("qpv", ""))
        ),
        training=cells.get("training"),
        body=cells.get("body"),
    )


def _whole(text: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MOST_PASSES)):
        raise BadValue(
            Sentence(
                fr=f"« {text} » n'est pas un nombre entier.", en=f"“{text}” is no whole number."
            )
        )
    return int(text)


def _so_far(work: Work, batch: PassBatch) -> tuple[int, int]:
    row = work.session.execute(
        select(
            func.coalesce(func.sum(PassUse.distributed), 0),
            func.coalesce(func.sum(PassUse.used), 0),
        ).where(PassUse.site_id == work.site_id, PassUse.batch_id == batch.id)
    ).one()
    return int(row[0]), int(row[1])


def _batch(work: Work, number: str) -> PassBatch:
    found = work.session.scalars(
        select(PassBatch).where(PassBatch.site_id == work.site_id, PassBatch.number == number)
    ).one_or_none()
    if found is None:
        raise NotFound(
            Sentence(fr=f"Le lot de Pass {number} n'existe pas.", en=f"There is no batch {number}.")
        )
    return found


def _short(text: str | None) -> str | None:
    return (clean(text) or "")[:200] or None


def _who(work: Work) -> UUID | None:
    return work.actor.id if work.actor.kind is ActorKind.ACCOUNT else None
