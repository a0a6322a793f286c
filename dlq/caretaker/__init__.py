"""Looks after the queue when nobody does: any number of caretakers may work beside each other."""
