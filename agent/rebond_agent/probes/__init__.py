"""One file a subject: pure parse functions over raw tool output, and a probe of a few lines."""
