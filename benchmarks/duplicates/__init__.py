"""How well repeated articles are found, and others left alone, beside other libraries."""
