#!/usr/bin/env python
"""Django's command line for this project."""

from backfill_admin.commands import main

if __name__ == "__main__":
    main()
