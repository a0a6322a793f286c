"""What the list is compared with: the least that Django's admin can do (the floor), and what it does unhelped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from dlq.admin import BackfillDlqAdmin
from dlq.listing.list_columns import USUAL, job
from dlq.models import BackfillDlq
from dlq.selection.rows import for_list

if TYPE_CHECKING:
    EntryAdmin = admin.ModelAdmin[BackfillDlq]
else:
    EntryAdmin = admin.ModelAdmin

floor_site = admin.AdminSite(name="floor")
stock_site = admin.AdminSite(name="stock")

floor_ids: list[int] = []
"""The rows that the floor renders: those of the list's first page."""


@admin.register(BackfillDlq, site=floor_site)
class FloorAdmin(BackfillDlqAdmin):
    """The same columns and actions for known rows in Django's own template: no filter form, no count."""

    change_list_template = "admin/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BackfillDlq]:
        return super().get_queryset(request).filter(pk__in=floor_ids)


@admin.register(BackfillDlq, site=stock_site)
class StockAdmin(EntryAdmin):
    """The same columns with what a ModelAdmin offers for finding entries, and every other option as Django sets it."""

    list_display = (job, *USUAL)
    list_filter = ("task_identifier", "queue_name", "failed_at")
    search_fields = ("failure_reason", "job_key", "last_error", "payload")
    date_hierarchy = "failed_at"
    ordering = ("-failed_at", "-id")
    list_per_page = 100

    def get_queryset(self, request: HttpRequest) -> QuerySet[BackfillDlq]:
        return for_list(BackfillDlq.objects.all())
