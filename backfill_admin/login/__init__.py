"""Logging in: what the form takes, whose wrong passwords count together, and how many there may be."""
