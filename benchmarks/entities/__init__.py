"""Entities, quotations and time: Copydesk beside plain spaCy, on corpora with a truth."""
