"""What comes in, judged before it is kept: columns, lines, and what was announced against what came."""
