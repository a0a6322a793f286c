"""`make bench`: the promises about speed and memory, measured on a table of a million entries.

Every time is given as a ratio within one run, so that the figures mean the same on any machine. BENCH_ROWS sets the
table's size, BENCH_ONLY chooses sections (see `__main__`). docs/performance.md explains the figures.
"""
