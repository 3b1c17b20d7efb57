"""Pure rules of the workshop: no Flask, no SQL, no clock, no files."""
