"""How well articles and their metadata are recovered, beside the field's extractors.

One command: `python -m benchmarks.quality pages.parquet` (see `corpus.py` for the Parquet's shape). Peers read the
pages' HTML, each in an environment of its own; Copydesk reads the flattened text, and the HTML where it can.
"""
