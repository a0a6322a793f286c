"""The product's settings, for a server that asks the database each time."""

from backfill_admin.settings import *  # noqa: F403

CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
