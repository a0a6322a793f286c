"""What was deleted and can be restored, until it is purged after DLQ_TRASH_DAYS."""
