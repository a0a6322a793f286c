"""Ways to PostgreSQL that Django does not have. Nothing here knows of the dead letter table."""
