"""What it costs to settle a corpus, at several sizes, and to add to it."""
