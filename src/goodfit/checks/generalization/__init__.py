"""GF4xx: what was learnt, and what of it carries over."""
