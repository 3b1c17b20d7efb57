"""What the stick says and the server keeps: statements, facts, receipts and their signatures."""
