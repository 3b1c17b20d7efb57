"""Erasing drives: what may be erased, how, and what happened."""
