"""Speed: documents a second on one core from dumps to articles, step by step, beside Trafilatura in the same run."""
