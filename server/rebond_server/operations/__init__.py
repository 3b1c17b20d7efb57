"""What the workshop does: one verb a module, one transaction each, its event in the same one."""
