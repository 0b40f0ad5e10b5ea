"""GF6xx: exceptions explained."""
