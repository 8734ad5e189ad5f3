"""Learning what ships with the package as data, from pages with a truth."""
