from __future__ import annotations

import os
import sys

from environs import EnvError

from backfill_admin.demo.engine import EngineError
from backfill_admin.postgres import ClusterError
from backfill_admin.run import StartProblem


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backfill_admin.settings")
    try:
        import django

        django.setup()
        from backfill_admin.run.start import run

        return run()
    except (EnvError, ClusterError, EngineError, StartProblem) as problem:
        print(f"backfill-admin: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
