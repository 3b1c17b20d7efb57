"""What the donor asked, in SQL: nothing goes on to be given with only a Clear where a Purge was asked.

The view says the same as `operations.donor_asked`: the lot's own policy, or else the workshop's, raised by
the donor's word. A device that goes back, or is held, is let go: it is only the way forward that is shut.
"""

from sqlalchemy import Integer, Uuid, column, table

DEVICE_AS_ASKED = table(
    "device_as_asked",
    column("site_id", Uuid),
    column("device_id", Uuid),
    column("met", Integer),
)
"""The view, for queries: `met` is 1 or 0."""

_VIEW = """
CREATE VIEW device_as_asked AS
SELECT d.site_id, d.id AS device_id,
  CASE
    WHEN d.lot_id IS NULL OR d.inventory_id IS NULL THEN 1
    WHEN NOT EXISTS (SELECT 1 {drives}) THEN 1
    WHEN {donor} IN ('destruct') OR {destroy} = 1 THEN 0
    WHEN {donor} NOT IN ('purge') AND {purge} = 0 THEN 1
    WHEN EXISTS (
      SELECT 1 {drives} AND NOT EXISTS (
        SELECT 1 FROM drive v
        JOIN judgement j ON j.site_id = v.site_id AND j.id = v.judgement_id
        WHERE v.site_id = f.site_id AND v.id = f.drive_id
          AND j.epoch = v.epoch AND j.verdict = 'purged'
      )
    ) THEN 0
    ELSE 1
  END AS met
FROM device d
"""
_DRIVES = """FROM device_drive f
      WHERE f.site_id = d.site_id AND f.device_id = d.id AND f.inventory_id = d.inventory_id
        AND f.holds_data"""
_DONOR = """COALESCE((
      SELECT o.erasure_policy FROM donation o WHERE o.site_id = d.site_id AND o.lot_id = d.lot_id
    ), 'clear')"""
_POLICY = """COALESCE((
      SELECT MAX(CASE WHEN {said} THEN 1 ELSE 0 END) FROM erasure_policy p
      WHERE p.site_id = d.site_id AND p.lot_id = d.lot_id
    ), (
      SELECT MAX(CASE WHEN {said} THEN 1 ELSE 0 END) FROM erasure_policy p
      WHERE p.site_id = d.site_id AND p.lot_id IS NULL
    ), 0)"""
# SQLite lets no guard call json_extract where the schema is not trusted (it is not). The text does as
# well: a quotation mark within a value stands there as \". (A colon would be a parameter's: hence the _.)
_SAID = {
    "sqlite": (
        """replace(p.policy, ' ', '') LIKE '%"level"_"purge"%'""",
        """replace(p.policy, ' ', '') LIKE '%"destroy"_true%'""",
    ),
    "postgresql": ("p.policy->>'level' = 'purge'", "p.policy->>'destroy' = 'true'"),
}

_UNMET = """EXISTS (
    SELECT 1 FROM device_as_asked a
    WHERE a.site_id = NEW.site_id AND a.device_id = NEW.{key} AND a.met = 0)"""
_REFUSED = "rebond: the lot asks more than is proven of the drives of this device"
_ONWARD = ("allocated", "released")


def statements(dialect: str) -> tuple[str, ...]:
    """Return the SQL that builds view and guards on this database (`sqlite` or `postgresql`)."""
    purge, destroy = (_POLICY.format(said=said) for said in _SAID[dialect])
    view = _VIEW.format(drives=_DRIVES, donor=_DONOR, purge=purge, destroy=destroy)
    build = _sqlite if dialect == "sqlite" else _postgresql
    return (view, *build("device", _device()), *build("assignment", _assignment()))


def _device() -> tuple[str, str, str]:
    """Return when a new row, and when a changed one, is refused, and the name of the device's column."""
    states = ", ".join(f"'{one}'" for one in ("graded", *_ONWARD))
    onward = ", ".join(f"'{one}'" for one in _ONWARD)
    forward = (
        f"(NEW.state = 'graded' AND OLD.state NOT IN ({states}, 'held')"
        f" OR NEW.state IN ({onward}) AND (NEW.state <> OLD.state"
        " OR COALESCE(NEW.lot_id <> OLD.lot_id, OLD.lot_id IS NULL AND NEW.lot_id IS NOT NULL)))"
    )
    return f"NEW.state IN ({states})", forward, "id"


def _assignment() -> tuple[str, str, str]:
    given = "(OLD.closed IS NOT NULL OR NEW.device_id <> OLD.device_id)"
    return "NEW.closed IS NULL", f"NEW.closed IS NULL AND {given}", "device_id"


def _sqlite(table: str, when: tuple[str, str, str]) -> tuple[str, ...]:
    new, changed, key = when
    unmet = _UNMET.format(key=key)
    return tuple(
        # AFTER, since the view must see the new row
        f"CREATE TRIGGER guard_{table}_asked_{verb.lower()} AFTER {verb} ON {table}"
        f" WHEN {condition} AND {unmet} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for verb, condition in (("INSERT", new), ("UPDATE", changed))
    )


def _postgresql(table: str, when: tuple[str, str, str]) -> tuple[str, ...]:
    made: list[str] = []
    new, changed, key = when
    for verb, condition in (("INSERT", new), ("UPDATE", changed)):
        name = f"guard_{table}_asked_{verb.lower()}"
        body = (
            f"IF {condition} AND {_UNMET.format(key=key)} THEN"
            f" RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'check_violation';"
            " END IF; RETURN NEW;"
        )
        made += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
            f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    return tuple(made)
