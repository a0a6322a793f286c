"""What became of requeued jobs."""
