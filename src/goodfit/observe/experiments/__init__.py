"""Small experiments on copies of the user's model; the model itself is never trained here."""
