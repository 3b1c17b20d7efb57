"""What people see: one blueprint a person's work, each view with its declared permission."""
