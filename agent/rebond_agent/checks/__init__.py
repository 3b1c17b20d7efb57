"""Functional tests: each ends pass, fail, skipped or absent; a skipped test is never a passed one."""
