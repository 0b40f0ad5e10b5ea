"""GF5xx: how the score was taken."""
