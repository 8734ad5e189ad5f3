"""How fast the whole pipeline is, what it takes and gives, beside peers."""
