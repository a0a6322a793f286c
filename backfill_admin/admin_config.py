"""Which admin site Django makes its own (`admin.site`)."""

from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    default_site = "backfill_admin.admin_site.AdminSite"
