"""A crash's mechanical fix, tried once on a copy of what failed."""
