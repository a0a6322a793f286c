"""Where a failure happened, as each language prints it."""
