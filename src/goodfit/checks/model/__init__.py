"""GF2xx: the model and its settings."""
