"""The workshop's server: evidence, verdicts, grades, plans, handovers."""
