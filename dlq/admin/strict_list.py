"""Django's changelist for people who write addresses: it takes what its form knows, and never looks up anything else.

By itself Django's takes any column with any comparison (`?note__regex=(`), and for what fails it shows all rows.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from dlq.filters.address_form import AddressForm


class ListAddress(AddressForm):
    """Subclasses add the search and the filters of their list."""

    also_known = frozenset({ALL_VAR, ERROR_FLAG, IS_POPUP_VAR, ORDER_VAR, PAGE_VAR})


class StrictChangeList(ChangeList):
    """`address_form` of the ModelAdmin says what it takes."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        form: AddressForm = self.model_admin.address_form(request.GET)  # type: ignore[attr-defined]
        self.problems = form.problems
        if not self.problems:
            return super().get_queryset(request, exclude_parameters)
        self.has_filters = self.has_active_filters = False
        self.filter_specs: list[Any] = []
        self.clear_all_filters_qs = "?"
        return self.root_queryset.none()

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not (self.query or self.has_active_filters or self.problems):
            # Else Django, which counts no further, would offer to show all where all are shown.
            self.full_result_count = self.result_count


class NearestPage(Paginator):  # type: ignore[type-arg]
    """A page that is not there is the nearest one that is; rows may have gone since the link was made."""

    def validate_number(self, number: float | str) -> int:
        return min(max(int(number), 1), self.num_pages)
