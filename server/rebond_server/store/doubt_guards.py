"""The view that does not count statements in quarantine, and the orders that are never changed."""

from rebond_server.store.reset_guards import SANITISATION_VIEW as BEFORE

_JUDGED = "(j.id IS NULL OR j.epoch <> v.epoch OR NOT ("
_BELIEVED = """(j.id IS NULL OR j.epoch <> v.epoch OR EXISTS (
          SELECT 1 FROM statement q
          WHERE q.site_id = j.site_id AND q.id = j.statement_id AND q.quarantined
        ) OR NOT ("""
SANITISATION_VIEW = BEFORE.replace(_JUDGED, _BELIEVED)
_REFUSED = "rebond: wipe_order is append-only"


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that puts the new view in the old one's place and freezes the orders."""
    return ("DROP VIEW device_sanitisation", SANITISATION_VIEW, *_frozen(dialect))


def _frozen(dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER guard_wipe_order_{verb.lower()} BEFORE {verb} ON wipe_order"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            for verb in ("UPDATE", "DELETE")
        )
    name = "guard_wipe_order_update"
    body = f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'check_violation';"
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        (
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON wipe_order"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()"
        ),
    )
