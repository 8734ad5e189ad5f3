"""What tables exist: thin Dagster assets, one module per layer, and their checks."""
