from dlq.filters.filterset import DlqFilterSet

__all__ = ["DlqFilterSet"]
