"""What is trained: how to build the model, compile settings, fit settings, data and split."""
