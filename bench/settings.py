"""The project's settings, with the comparison's admin sites beside the project's own."""

from backfill_admin.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
