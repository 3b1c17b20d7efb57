"""What the screens ask. Every question takes the session and the workshop, and only reads."""
