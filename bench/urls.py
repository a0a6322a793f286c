from django.urls import path

from backfill_admin.urls import urlpatterns as own
from bench.compared import floor_site, stock_site

urlpatterns = [*own, path("floor/", floor_site.urls), path("stock/", stock_site.urls)]
