"""A user's script under observation: hooks, flight recorder, crashes."""
