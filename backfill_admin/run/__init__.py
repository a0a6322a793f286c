"""`make run`: everything that a start needs, in order, and a clear sentence where something is in the way."""


class StartProblem(Exception):
    """The start can't go on; the text says why and what to do."""
