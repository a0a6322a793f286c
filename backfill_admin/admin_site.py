"""The admin site of this project: Django's, with a name, its own log-in form and a start page that says what it takes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse

from backfill_admin.login.form import LogInForm
from dlq.web.permissions import VIEW_ENTRIES
from dlq.web.refusal import APP, Refused, told


class AdminSite(admin.AdminSite):
    site_header = "backfill-admin"
    site_title = "backfill-admin"
    index_title = "Failed jobs"
    site_url = None
    # Each page has its own row of places; groups and users are nobody's daily work.
    enable_nav_sidebar = False
    login_form = LogInForm

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Django answers 404 to somebody who may see nothing of an app; of ours we name the permission that it takes."""

        def shown(request: HttpRequest) -> TemplateResponse:
            try:
                return super(AdminSite, self).app_index(request, app_label, extra_context)
            except Http404:
                if app_label != APP:
                    raise
                raise Refused(VIEW_ENTRIES) from None

        found: TemplateResponse = told(self, shown)(request)
        return found
