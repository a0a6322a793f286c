from django.contrib import admin
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from backfill_admin.health import healthz
from dlq.faults.answers import server_error
from dlq.monitoring.views import metrics

START = reverse_lazy("admin:app_list", args=["dlq"])

handler500 = server_error

urlpatterns = [
    path("", RedirectView.as_view(url=START)),
    # Django's own index would only be one page more on the way: what else there is the start page leads to.
    path("admin/", admin.site.admin_view(RedirectView.as_view(url=START)), name="index"),
    path("admin/", admin.site.urls),
    path("healthz", healthz),
    path("metrics", metrics),
]
