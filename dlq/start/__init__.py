"""The start page: what is wrong right now, and what happened since one looked last."""
