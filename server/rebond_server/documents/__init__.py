"""Papers: what is printed, signed and kept. Each is made from values, never from the database."""
