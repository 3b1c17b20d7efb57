"""The program on the stick: finds out what a donated computer is, erases its drives, reports."""

__version__ = "0.1.0"
