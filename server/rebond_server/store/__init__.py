"""The workshop's memory: tables, constraints, migrations, and the evidence files beside them."""
