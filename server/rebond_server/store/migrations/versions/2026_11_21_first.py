"""The first schema: every table, and what the database itself refuses."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from rebond_server.store import guards

revision = "2026_11_21_first"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Uuid()
MOMENT = sa.DateTime(timezone=True)

# Tables that point at each other. SQLite can't add a key to a table that stands, and
# takes a key to a table that comes later; PostgreSQL the
# other way round.
# fmt: off
_LATER = {
    "device/fk_device_grade": (["site_id", "grade_id"], "grade", ["site_id", "id"]),
    "device/fk_device_inventory": (["site_id", "inventory_id"], "statement", ["site_id", "id"]),
    "drive/fk_drive_judgement": (["site_id", "judgement_id", "id"], "judgement", ["site_id", "id", "drive_id"]),
}
# fmt: on


def upgrade() -> None:
    """Build everything."""
    _people()
    _history_and_sticks()
    _demand()
    _devices()
    _evidence_projected()
    _allocation()
    if op.get_bind().dialect.name != "sqlite":
        for key, (columns, target, targets) in _LATER.items():
            table, name = key.split("/")
            op.create_foreign_key(name, table, target, columns, targets)
    for statement in guards.statements(op.get_bind().dialect.name):
        op.execute(statement)


def _needed(**columns: sa.types.TypeEngine[Any]) -> list[sa.Column[Any]]:
    """Return columns that always hold a value."""
    return [sa.Column(name, kind, nullable=False) for name, kind in columns.items()]


def _optional(**columns: sa.types.TypeEngine[Any]) -> list[sa.Column[Any]]:
    """Return columns that may be unknown."""
    return [sa.Column(name, kind, nullable=True) for name, kind in columns.items()]


def _of_site(name: str, *parts: sa.schema.SchemaItem) -> None:
    """Create a table whose rows belong to one workshop."""
    later = [
        sa.ForeignKeyConstraint(columns, [f"{target}.{c}" for c in targets], name=key.split("/")[1])
        for key, (columns, target, targets) in _LATER.items()
        if key.split("/")[0] == name and op.get_bind().dialect.name == "sqlite"
    ]
    op.create_table(
        name,
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("site_id", "id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=f"fk_{name}_site_id"),
        *later,
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return a key to a row of another table in the same workshop."""
    return sa.ForeignKeyConstraint(
        ["site_id", column],
        [f"{target}.site_id", f"{target}.id"],
        name=f"fk_{table}_site_id_{column}",
    )


# fmt: off


def _people() -> None:
    """Sites, accounts, sessions, the throttle."""
    op.create_table("site",
        *_needed(
            id=ID, name=sa.String(120), created=MOMENT, terms=sa.JSON(), tags=sa.Integer(), arrivals=sa.BigInteger(),
            handovers=sa.Integer(),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
    )
    _of_site("account",
        *_needed(
            login=sa.String(64), name=sa.String(120), role=sa.String(40), password_hash=sa.String(200),
            language=sa.String(5), active=sa.Boolean(), version=sa.Integer(), created=MOMENT,
        ),
        sa.CheckConstraint("role <> 'agent'", name=op.f("ck_account_person")),
        sa.CheckConstraint("role IN ('technician', 'lead', 'officer', 'admin', 'agent')", name=op.f("ck_account_role")),
    )
    op.create_index("uq_account_site_id_login", "account", ["site_id", "login"], unique=True)
    _of_site("login_session",
        *_needed(token_sha256=sa.String(64), account_id=ID, created=MOMENT, seen=MOMENT, ends=MOMENT),
        _to("login_session", "account_id", "account"),
        sa.UniqueConstraint("token_sha256", name="uq_login_session_token_sha256"),
    )
    op.create_table("attempt",
        *_needed(id=ID, what=sa.String(100), at=MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_what_at", "attempt", ["what", "at"])


def _history_and_sticks() -> None:
    """History; sticks, their codes, what came twice."""
    _of_site("event",
        *_needed(
            at=MOMENT, actor_kind=sa.String(20), verb=sa.String(60), subject_kind=sa.String(40), subject_id=ID,
            details=sa.JSON(),
        ),
        *_optional(actor_id=ID, old=sa.String(256), new=sa.String(256), reason=sa.String(500)),
    )
    op.create_index("ix_event_at", "event", ["site_id", "at"])
    op.create_index("ix_event_subject", "event", ["site_id", "subject_kind", "subject_id", "at"])
    _of_site("stick",
        *_needed(name=sa.String(120), public_key=sa.String(64), enrolled=MOMENT),
        *_optional(revoked=MOMENT, revoked_reason=sa.String(256), seen=MOMENT),
        sa.UniqueConstraint("public_key", name="uq_stick_public_key"),
    )
    _of_site("enrolment_code",
        *_needed(selector=sa.String(16), secret_sha256=sa.String(64), issued=MOMENT, ends=MOMENT, tries_left=sa.Integer()),
        *_optional(issued_by=ID, stick_id=ID),
        sa.CheckConstraint("tries_left >= 0", name=op.f("ck_enrolment_code_tries_left")),
        _to("enrolment_code", "issued_by", "account"),
        _to("enrolment_code", "stick_id", "stick"),
        sa.UniqueConstraint("selector", name="uq_enrolment_code_selector"),
    )
    _of_site("conflict",
        *_needed(statement_id=ID, stick_id=ID, sha256=sa.String(64), signature=sa.String(128), received=MOMENT),
        _to("conflict", "stick_id", "stick"),
        sa.UniqueConstraint("site_id", "statement_id", "sha256", name="uq_conflict_site_id_statement_id_sha256"),
    )


def _demand() -> None:
    """Where devices come from and may go."""
    _of_site("agreement",
        *_needed(number=sa.String(80), title=sa.String(300), details=sa.JSON()),
        *_optional(signed=sa.Date(), ends=sa.Date()),
    )
    op.create_index("uq_agreement_site_id_number", "agreement", ["site_id", "number"], unique=True)
    _of_site("lot",
        *_needed(code=sa.String(80), name=sa.String(200), terms=sa.JSON()),
        *_optional(agreement_id=ID),
        _to("lot", "agreement_id", "agreement"),
    )
    op.create_index("uq_lot_site_id_code", "lot", ["site_id", "code"], unique=True)
    _of_site("programme",
        *_needed(code=sa.String(80), name=sa.String(200), operator=sa.String(200), terms=sa.JSON()),
        *_optional(agreement_id=ID),
        _to("programme", "agreement_id", "agreement"),
    )
    op.create_index("uq_programme_site_id_code", "programme", ["site_id", "code"], unique=True)
    _of_site("request",
        *_needed(
            code=sa.String(80), programme_id=ID, organisation=sa.String(200), quantity=sa.Integer(), terms=sa.JSON(),
            version=sa.Integer(),
        ),
        *_optional(completed=MOMENT, closed=MOMENT),
        _to("request", "programme_id", "programme"),
    )
    op.create_index("uq_request_site_id_code", "request", ["site_id", "code"], unique=True)


def _devices() -> None:
    """Devices, statements, drives."""
    _of_site("device",
        *_needed(
            tag=sa.String(32), kind=sa.String(40), state=sa.String(40), cycle=sa.Integer(), drives_hidden=sa.Boolean(),
            received=MOMENT, changed=MOMENT, version=sa.Integer(),
        ),
        *_optional(
            cycle_began=MOMENT, maker=sa.String(256), model=sa.String(256), serial=sa.String(256), lot_id=ID,
            inventory_id=ID, grade_id=ID, facts=sa.JSON(),
        ),
        sa.CheckConstraint("state IN ('received', 'examined', 'wiped', 'graded', 'allocated', 'released', 'held', 'scrapped')", name=op.f("ck_device_state")),
        _to("device", "lot_id", "lot"),
    )
    op.create_index("ix_device_state", "device", ["site_id", "state", "changed"])
    op.create_index("uq_device_site_id_tag", "device", ["site_id", "tag"], unique=True)
    _of_site("device_key",
        *_needed(device_id=ID, kind=sa.String(20), value=sa.String(256)),
        _to("device_key", "device_id", "device"),
        sa.UniqueConstraint("site_id", "device_id", "kind", "value", name="uq_device_key_site_id_device_id_kind_value"),
    )
    op.create_index("ix_device_key_value", "device_key", ["site_id", "kind", "value"])
    _of_site("statement",
        *_needed(
            kind=sa.String(40), stick_id=ID, run=ID, sequence=sa.BigInteger(), sha256=sa.String(64),
            signature=sa.String(128), receipt=sa.LargeBinary(), received=MOMENT, arrival=sa.BigInteger(),
            made_before=sa.BigInteger(),
        ),
        *_optional(previous=sa.String(64), device_id=ID),
        sa.CheckConstraint("kind IN ('inventory', 'erasure', 'inspection')", name=op.f("ck_statement_kind")),
        _to("statement", "device_id", "device"),
        _to("statement", "stick_id", "stick"),
        sa.UniqueConstraint("site_id", "arrival", name="uq_statement_site_id_arrival"),
        sa.UniqueConstraint("site_id", "id", "kind", name="uq_statement_site_id_id_kind"),
    )
    op.create_index("ix_statement_device", "statement", ["site_id", "device_id", "received"])
    op.create_index("ix_statement_run", "statement", ["site_id", "run"])
    op.create_index("ix_statement_stick", "statement", ["site_id", "stick_id", "sequence"])
    _of_site("drive",
        *_needed(identity=sa.String(512), device_id=ID, bus=sa.String(20), epoch=sa.Integer()),
        *_optional(
            model=sa.String(256), serial=sa.String(256), wwn=sa.String(256), size_bytes=sa.BigInteger(),
            judgement_id=ID,
        ),
        _to("drive", "device_id", "device"),
        sa.UniqueConstraint("site_id", "id", "device_id", name="uq_drive_site_id_id_device_id"),
    )
    op.create_index("ix_drive_identity", "drive", ["site_id", "identity"])
    op.create_index("uq_drive_identity", "drive", ["site_id", "device_id", "identity"], unique=True)


def _evidence_projected() -> None:
    """Build what is computed from the evidence."""
    _of_site("device_drive",
        *_needed(
            device_id=ID, inventory_id=ID, position=sa.Integer(), drive_id=ID, path=sa.String(256), kind=sa.String(20),
            holds_data=sa.Boolean(), facts=sa.JSON(), health_reasons=sa.JSON(),
        ),
        *_optional(health=sa.String(20)),
        _to("device_drive", "device_id", "device"),
        sa.ForeignKeyConstraint(["site_id", "drive_id", "device_id"], ["drive.site_id", "drive.id", "drive.device_id"], name="fk_device_drive_site_id_drive_id_device_id"),
        _to("device_drive", "inventory_id", "statement"),
        sa.UniqueConstraint("site_id", "inventory_id", "position", name="uq_device_drive_site_id_inventory_id_position"),
    )
    op.create_index("ix_device_drive_device", "device_drive", ["site_id", "device_id", "inventory_id"])
    _of_site("judgement",
        *_needed(
            drive_id=ID, statement_id=ID, statement_kind=sa.String(40), epoch=sa.Integer(), verdict=sa.String(40),
            bytes_written=sa.BigInteger(), bytes_read_back=sa.BigInteger(), errors=sa.BigInteger(),
            mismatches=sa.BigInteger(), skipped=sa.BigInteger(), hidden_area=sa.String(20), seconds=sa.Double(),
            least_seconds=sa.Double(), reasons=sa.JSON(), judged=MOMENT,
        ),
        *_optional(size_bytes=sa.BigInteger()),
        sa.CheckConstraint("verdict NOT IN ('cleared', 'purged') OR (size_bytes IS NOT NULL AND size_bytes > 0 AND bytes_written >= size_bytes AND bytes_read_back >= size_bytes AND errors = 0 AND mismatches = 0 AND skipped = 0 AND hidden_area IN ('none', 'removed', 'not_applicable') AND seconds >= least_seconds)", name=op.f("ck_judgement_positive")),
        sa.CheckConstraint("statement_kind = 'erasure'", name=op.f("ck_judgement_statement_kind")),
        sa.CheckConstraint("verdict IN ('unknown', 'not_attempted', 'interrupted', 'failed', 'cleared', 'purged', 'cleared_with_limits', 'destroyed', 'no_media')", name=op.f("ck_judgement_verdict")),
        _to("judgement", "drive_id", "drive"),
        sa.ForeignKeyConstraint(["site_id", "statement_id", "statement_kind"], ["statement.site_id", "statement.id", "statement.kind"], name="fk_judgement_site_id_statement_id_statement_kind"),
        sa.UniqueConstraint("site_id", "id", "drive_id", name="uq_judgement_site_id_id_drive_id"),
        sa.UniqueConstraint("site_id", "statement_id", name="uq_judgement_site_id_statement_id"),
    )
    _of_site("grade",
        *_needed(
            device_id=ID, overall=sa.String(20), axes=sa.JSON(), reasons=sa.JSON(), facts=sa.JSON(),
            rules=sa.String(80), rules_sha256=sa.String(64), graded=MOMENT,
        ),
        *_optional(given_by=ID),
        _to("grade", "device_id", "device"),
        _to("grade", "given_by", "account"),
    )
    op.create_index("ix_grade_device", "grade", ["site_id", "device_id", "graded"])


def _allocation() -> None:
    """Plans, assignments, handovers, names apart."""
    _of_site("plan",
        *_needed(made=MOMENT, input_sha256=sa.String(64), input=sa.JSON(), output=sa.JSON()),
        *_optional(made_by=ID, validated=MOMENT, validated_by=ID),
        _to("plan", "made_by", "account"),
        _to("plan", "validated_by", "account"),
    )
    op.create_index("ix_plan_made", "plan", ["site_id", "made"])
    _of_site("handover",
        *_needed(number=sa.String(40), request_id=ID, at=MOMENT, by=ID),
        _to("handover", "by", "account"),
        _to("handover", "request_id", "request"),
    )
    op.create_index("uq_handover_site_id_number", "handover", ["site_id", "number"], unique=True)
    _of_site("recipient",
        *_needed(handover_id=ID, name=sa.String(200), purge_after=sa.Date()),
        _to("recipient", "handover_id", "handover"),
    )
    _of_site("assignment",
        *_needed(device_id=ID, request_id=ID, reasons=sa.JSON(), confirmed=MOMENT, confirmed_by=ID),
        *_optional(plan_id=ID, handover_id=ID, closed=MOMENT),
        _to("assignment", "confirmed_by", "account"),
        _to("assignment", "device_id", "device"),
        _to("assignment", "handover_id", "handover"),
        _to("assignment", "plan_id", "plan"),
        _to("assignment", "request_id", "request"),
    )
    op.create_index("ix_assignment_request", "assignment", ["site_id", "request_id"])
    op.create_index("uq_assignment_open_device", "assignment", ["site_id", "device_id"], unique=True, sqlite_where=sa.text("closed IS NULL"), postgresql_where=sa.text("closed IS NULL"))
# fmt: on
