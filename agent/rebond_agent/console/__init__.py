"""What the technician sees and answers at the bench: draws state, decides nothing."""
