"""Django's command line for this project: manage.py in a checkout, `backfill-admin` where the package is installed."""

from __future__ import annotations

import os
import sys

from environs import EnvError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backfill_admin.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        sys.exit(f"backfill-admin: {error}")


if __name__ == "__main__":
    main()
