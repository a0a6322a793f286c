"""What failed within a window of time, counted live: one pass over the window feeds every panel of the page."""
