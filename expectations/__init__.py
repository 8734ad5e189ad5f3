"""What must be true of the published tables: one suite per table, as data, and the runner."""
