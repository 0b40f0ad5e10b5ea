"""What the images of a fit are like, the folders they lie in, and what changes them."""
