"""Files with lines and columns, as offices send them: read with limits, written without formulas."""
