"""The workshop's rules as dated data files, each threshold with its source."""
