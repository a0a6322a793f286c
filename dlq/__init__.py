"""A Django app for the dead letter queue of backfill / graphile_worker: browse, understand, requeue, delete."""
