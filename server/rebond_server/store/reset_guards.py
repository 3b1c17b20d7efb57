"""The view that also honours a reset seen by two people, and what the database refuses about it.

A phone or tablet that no stick can boot holds data: only two different accounts, in its present cycle,
lift it. What a stick reported is judged by its drives as before.
"""

from rebond_server.store.proof_guards import SANITISATION_VIEW as BEFORE

_UNSEEN = """WHEN d.inventory_id IS NULL
      THEN CASE WHEN d.kind IN ('screen', 'accessory', 'key_4g') AND NOT EXISTS (
        SELECT 1 FROM statement t WHERE t.site_id = d.site_id AND t.device_id = d.id
      ) THEN 1 ELSE 0 END"""
_UNSEEN_OR_RESET = """WHEN d.inventory_id IS NULL
      THEN CASE WHEN EXISTS (
        SELECT 1 FROM statement t WHERE t.site_id = d.site_id AND t.device_id = d.id
      ) THEN 0
      WHEN d.kind IN ('screen', 'accessory', 'key_4g') THEN 1
      WHEN d.kind IN ('smartphone', 'tablet') AND (
        SELECT COUNT(DISTINCT r.seen_by) FROM reset_witness r
        WHERE r.site_id = d.site_id AND r.device_id = d.id AND r.cycle = d.cycle
      ) >= 2 THEN 1 ELSE 0 END"""
SANITISATION_VIEW = BEFORE.replace(_UNSEEN, _UNSEEN_OR_RESET)
_REFUSED = "rebond: reset_witness is append-only"


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that puts the new view in the old one's place and freezes the table."""
    return ("DROP VIEW device_sanitisation", SANITISATION_VIEW, *_frozen(dialect))


def _frozen(dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER guard_reset_witness_{verb.lower()} BEFORE {verb} ON reset_witness"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            for verb in ("UPDATE", "DELETE")
        )
    name = "guard_reset_witness_update"
    body = f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'check_violation';"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        (
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON reset_witness"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()"
        ),
    )
