"""`make run`: everything that a start needs, in order, and a clear sentence where something is in the way."""
