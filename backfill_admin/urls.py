from django.contrib import admin
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from backfill_admin.health import healthz
from backfill_admin.login.form import LogInForm
from dlq.faults.answers import server_error
from dlq.monitoring.views import metrics

admin.site.site_header = "backfill-admin"
admin.site.site_title = "backfill-admin"
admin.site.index_title = "Failed jobs"
admin.site.site_url = None
# Each page has its own row of places; groups and users are nobody's daily work.
admin.site.enable_nav_sidebar = False
admin.site.login_form = LogInForm

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
