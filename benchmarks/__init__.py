"""Measurements: quality and speed, against peers, by commands that anyone can run."""
