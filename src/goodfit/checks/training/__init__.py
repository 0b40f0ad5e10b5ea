"""GF3xx: how training went."""
