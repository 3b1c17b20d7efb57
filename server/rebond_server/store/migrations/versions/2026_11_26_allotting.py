"""First come, passes, holds, organisations, class lists, what was given before, resets, signatures."""

import sqlalchemy as sa
from alembic import op

from rebond_server.store import reset_guards

revision = "2026_11_26_allotting"
down_revision = "2026_11_21_grading"
branch_labels = None
depends_on = None

ID = sa.Uuid()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and columns, then the view that honours a reset seen by two people."""
    _organisation()
    _pass_batch()
    _counter()
    _given_before()
    _pass_use()
    _answer()
    _hold()
    _prescription()
    _proof_seen()
    _reset_witness()
    _signature()
    _list_entry()
    _voucher()
    op.add_column(
        "programme",
        sa.Column("first_come", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("programme", sa.Column("voucher_days", sa.Integer(), nullable=True))
    op.add_column("programme", sa.Column("funding", sa.JSON(), nullable=True))
    op.add_column("recipient", sa.Column("device_id", ID, nullable=True))
    for sql in reset_guards.statements(op.get_bind().dialect.name):
        op.execute(sql)


def _organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("category", sa.String(40), nullable=True),
        sa.Column("territory", sa.String(128), nullable=True),
        sa.Column("prescriber", sa.Boolean(), nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "category IS NULL OR category IN ('parents_association', 'school_support_association', 'student_association', 'public_utility_association', 'general_interest_association', 'esus', 'association', 'public_body', 'company')",
            name=op.f("ck_organisation_category"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_organisation_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_organisation")),
    )
    op.create_index(
        "uq_organisation_site_id_code", "organisation", ["site_id", "code"], unique=True
    )


def _pass_batch() -> None:
    op.create_table(
        "pass_batch",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("partner", sa.String(200), nullable=False),
        sa.Column("agreement_id", ID, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("value_cents", sa.Integer(), nullable=False),
        sa.Column("noted", MOMENT, nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_pass_batch_count")),
        sa.ForeignKeyConstraint(
            ["site_id", "agreement_id"],
            ["agreement.site_id", "agreement.id"],
            name=op.f("fk_pass_batch_site_id_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "noted_by"],
            ["account.site_id", "account.id"],
            name=op.f("fk_pass_batch_site_id_noted_by"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_pass_batch_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_pass_batch")),
    )
    op.create_index(
        "uq_pass_batch_site_id_number", "pass_batch", ["site_id", "number"], unique=True
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("office", sa.String(128), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Integer(), nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("standing >= 0", name=op.f("ck_counter_standing")),
        sa.ForeignKeyConstraint(
            ["site_id", "programme_id"],
            ["programme.site_id", "programme.id"],
            name=op.f("fk_counter_site_id_programme_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_counter_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_counter")),
        sa.UniqueConstraint(
            "site_id", "programme_id", "office", name=op.f("uq_counter_site_id_programme_id_office")
        ),
    )


def _given_before() -> None:
    op.create_table(
        "given_before",
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("public", sa.String(80), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("noted", MOMENT, nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_given_before_count")),
        sa.ForeignKeyConstraint(
            ["site_id", "noted_by"],
            ["account.site_id", "account.id"],
            name=op.f("fk_given_before_site_id_noted_by"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "programme_id"],
            ["programme.site_id", "programme.id"],
            name=op.f("fk_given_before_site_id_programme_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_given_before_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_given_before")),
    )


def _pass_use() -> None:
    op.create_table(
        "pass_use",
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("public", sa.String(80), nullable=False),
        sa.Column("qpv", sa.Boolean(), nullable=True),
        sa.Column("distributed", sa.Integer(), nullable=False),
        sa.Column("beneficiaries", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("training", sa.String(200), nullable=True),
        sa.Column("body", sa.String(200), nullable=True),
        sa.Column("noted", MOMENT, nullable=False),
        sa.Column("noted_by", ID, nullable=True),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "distributed >= 0 AND beneficiaries >= 0 AND used >= 0", name=op.f("ck_pass_use_counts")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "batch_id"],
            ["pass_batch.site_id", "pass_batch.id"],
            name=op.f("fk_pass_use_site_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "noted_by"],
            ["account.site_id", "account.id"],
            name=op.f("fk_pass_use_site_id_noted_by"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_pass_use_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_pass_use")),
    )
    op.create_index("ix_pass_use_batch", "pass_use", ["site_id", "batch_id"], unique=False)


def _answer() -> None:
    op.create_table(
        "answer",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("question", sa.String(40), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("noted", MOMENT, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "question IN ('satisfaction', 'usefulness')", name=op.f("ck_answer_question")
        ),
        sa.CheckConstraint("mark BETWEEN 1 AND 4", name=op.f("ck_answer_mark")),
        sa.ForeignKeyConstraint(
            ["site_id", "request_id"],
            ["request.site_id", "request.id"],
            name=op.f("fk_answer_site_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_answer_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_answer")),
        sa.UniqueConstraint(
            "site_id", "request_id", "question", name=op.f("uq_answer_site_id_request_id_question")
        ),
    )


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("device_id", ID, nullable=True),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made", MOMENT, nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("lifted", MOMENT, nullable=True),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("kind IN ('pin', 'forbid', 'lock')", name=op.f("ck_hold_kind")),
        sa.CheckConstraint(
            "device_id IS NOT NULL OR request_id IS NOT NULL", name=op.f("ck_hold_named")
        ),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_hold_reason")),
        sa.ForeignKeyConstraint(
            ["site_id", "device_id"],
            ["device.site_id", "device.id"],
            name=op.f("fk_hold_site_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "made_by"],
            ["account.site_id", "account.id"],
            name=op.f("fk_hold_site_id_made_by"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "request_id"],
            ["request.site_id", "request.id"],
            name=op.f("fk_hold_site_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_hold_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_open", "hold", ["site_id", "lifted"], unique=False)


def _prescription() -> None:
    op.create_table(
        "prescription",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("prescriber_id", ID, nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "prescriber_id"],
            ["organisation.site_id", "organisation.id"],
            name=op.f("fk_prescription_site_id_prescriber_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "request_id"],
            ["request.site_id", "request.id"],
            name=op.f("fk_prescription_site_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_prescription_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_prescription")),
        sa.UniqueConstraint(
            "site_id", "request_id", name=op.f("uq_prescription_site_id_request_id")
        ),
    )


def _proof_seen() -> None:
    op.create_table(
        "proof_seen",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(200), nullable=True),
        sa.Column("noted", MOMENT, nullable=False),
        sa.Column("seen_by", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "request_id"],
            ["request.site_id", "request.id"],
            name=op.f("fk_proof_seen_site_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "seen_by"],
            ["account.site_id", "account.id"],
            name=op.f("fk_proof_seen_site_id_seen_by"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_proof_seen_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_proof_seen")),
        sa.UniqueConstraint(
            "site_id", "request_id", "name", name=op.f("uq_proof_seen_site_id_request_id_name")
        ),
    )


def _reset_witness() -> None:
    op.create_table(
        "reset_witness",
        sa.Column("device_id", ID, nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("seen_by", ID, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_reset_witness_reason")),
        sa.ForeignKeyConstraint(
            ["site_id", "device_id"],
            ["device.site_id", "device.id"],
            name=op.f("fk_reset_witness_site_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "seen_by"],
            ["account.site_id", "account.id"],
            name=op.f("fk_reset_witness_site_id_seen_by"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_reset_witness_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_reset_witness")),
        sa.UniqueConstraint(
            "site_id",
            "device_id",
            "cycle",
            "seen_by",
            name=op.f("uq_reset_witness_site_id_device_id_cycle_seen_by"),
        ),
    )


def _signature() -> None:
    op.create_table(
        "signature",
        sa.Column("handover_id", ID, nullable=False),
        sa.Column("media", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("noted", MOMENT, nullable=False),
        sa.Column("purge_after", sa.Date(), nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "handover_id"],
            ["handover.site_id", "handover.id"],
            name=op.f("fk_signature_site_id_handover_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_signature_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_signature")),
    )
    op.create_index("ix_signature_handover", "signature", ["site_id", "handover_id"], unique=False)


def _list_entry() -> None:
    op.create_table(
        "list_entry",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("assignment_id", ID, nullable=True),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "assignment_id"],
            ["assignment.site_id", "assignment.id"],
            name=op.f("fk_list_entry_site_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "request_id"],
            ["request.site_id", "request.id"],
            name=op.f("fk_list_entry_site_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_list_entry_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_list_entry")),
        sa.UniqueConstraint(
            "site_id", "request_id", "code", name=op.f("uq_list_entry_site_id_request_id_code")
        ),
    )


def _voucher() -> None:
    op.create_table(
        "voucher",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("programme_id", ID, nullable=False),
        sa.Column("office", sa.String(128), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("issued", MOMENT, nullable=False),
        sa.Column("issued_by", ID, nullable=True),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("used", MOMENT, nullable=True),
        sa.Column("used_by", ID, nullable=True),
        sa.Column("assignment_id", ID, nullable=True),
        sa.Column("lapsed", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint(
            "(used IS NULL) = (assignment_id IS NULL)", name=op.f("ck_voucher_used_for")
        ),
        sa.CheckConstraint("used IS NULL OR lapsed IS NULL", name=op.f("ck_voucher_one_end")),
        sa.ForeignKeyConstraint(
            ["site_id", "assignment_id"],
            ["assignment.site_id", "assignment.id"],
            name=op.f("fk_voucher_site_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "issued_by"],
            ["account.site_id", "account.id"],
            name=op.f("fk_voucher_site_id_issued_by"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "programme_id"],
            ["programme.site_id", "programme.id"],
            name=op.f("fk_voucher_site_id_programme_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "request_id"],
            ["request.site_id", "request.id"],
            name=op.f("fk_voucher_site_id_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "used_by"],
            ["account.site_id", "account.id"],
            name=op.f("fk_voucher_site_id_used_by"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_voucher_site_id")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_voucher")),
    )
    op.create_index(
        "ix_voucher_office", "voucher", ["site_id", "programme_id", "office", "rank"], unique=False
    )
    op.create_index("uq_voucher_assignment", "voucher", ["site_id", "assignment_id"], unique=True)
    op.create_index("uq_voucher_site_id_code", "voucher", ["site_id", "code_sha256"], unique=True)
    op.create_index("uq_voucher_site_id_number", "voucher", ["site_id", "number"], unique=True)
    op.create_index(
        "uq_voucher_standing",
        "voucher",
        ["site_id", "request_id"],
        unique=True,
        sqlite_where=sa.text("lapsed IS NULL"),
        postgresql_where=sa.text("lapsed IS NULL"),
    )
