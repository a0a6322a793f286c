"""The page of views of the list, which the list also shows as a part of itself: choose one, keep what is shown now."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.html import format_html

from dlq.filters import DlqFilterSet
from dlq.filters.addresses import without_cursors
from dlq.listing.views_of_list import MOST, default_key, views_for
from dlq.models import BackfillDlq, DefaultView, SavedView
from dlq.web.decorators import framed
from dlq.web.permissions import SHARE_VIEWS
from dlq.web.refusal import Refused
from dlq.web.way_back import came_from, list_address

LONGEST_QUERY = 8_000
"""Characters: a longer address is none that a browser sends."""


class SaveViewForm(forms.Form):
    save_as = forms.CharField(max_length=60, label="Keep what is shown now as")
    shared = forms.BooleanField(required=False, label="for everybody")


def show(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest, form: SaveViewForm | None = None) -> HttpResponse:
    back = came_from(request)
    kept = DlqFilterSet(without_cursors(QueryDict(back)), hide_recovered=True)
    context = {
        "title": "Views",
        "views": views_for(request.user),
        "default": default_key(request.user),
        "back": back,
        "list_address": list_address(back),
        "filterset": kept,
        "form": form or SaveViewForm(),
        "may_share": request.user.has_perm(SHARE_VIEWS),
    }
    is_part = request.method == "GET" and "HX-Request" in request.headers
    return framed(model_admin, request, f"dlq/listing/{'views_part' if is_part else 'views'}.html", context)


def change(model_admin: ModelAdmin[BackfillDlq], request: HttpRequest) -> HttpResponse:
    """By the button that was pressed; the list that somebody came from is where they go."""
    owner = request.user.get_username()
    if "delete" in request.POST:
        _delete(request, request.POST["delete"])
    elif "default" in request.POST:
        _make_default(request, request.POST["default"])
    elif "no_default" in request.POST:
        DefaultView.objects.filter(owner=owner).delete()
        messages.success(request, "The list opens with all failed jobs.")
    else:
        form = SaveViewForm(request.POST)
        if not form.is_valid() or not _save(request, **form.cleaned_data):
            return show(model_admin, request, form)
    return HttpResponseRedirect(list_address(came_from(request)))


def _save(request: HttpRequest, *, save_as: str, shared: bool) -> bool:
    if shared and not request.user.has_perm(SHARE_VIEWS):
        raise Refused(SHARE_VIEWS)
    query = without_cursors(QueryDict(came_from(request)))
    kept = query.urlencode() or "status=open"
    own = SavedView.objects.filter(owner=request.user.get_username())
    if not DlqFilterSet(query).is_valid() or len(kept) > LONGEST_QUERY:
        messages.error(request, "The filter has an error, or is too long to be kept. Nothing was kept.")
    elif own.exclude(name=save_as).count() >= MOST:
        messages.error(request, f"You keep {MOST} views already. Delete one first.")
    else:
        values = {"query": kept, "is_shared": shared}
        before = own.filter(name=save_as).exclude(query=kept).first()
        own.update_or_create({**values, "owner": request.user.get_username()}, name=save_as)
        said = f"Kept as “{save_as}”{', for everybody' if shared else ''}"
        if before is None:
            messages.success(request, f"{said}.")
        else:
            _tell(request, f"{said}, in place of your view of that name.", before.query, "Show what that one showed")
        return True
    return False


def _delete(request: HttpRequest, key: str) -> None:
    view = next((view for view in views_for(request.user) if view.key == key and view.owner), None)
    if view is None:
        messages.warning(request, "That view is not there any more.")
        return
    if not view.may_delete:
        raise Refused(SHARE_VIEWS)
    SavedView.objects.filter(pk=int(key)).delete()
    _tell(request, f"Deleted the view “{view.name}”.", view.query, "Show what it showed, to keep it again")


def _tell(request: HttpRequest, said: str, query: str, link: str) -> None:
    """With the way back to what a view showed."""
    messages.success(request, format_html('{} <a href="{}">{}</a>.', said, list_address(query), link))


def _make_default(request: HttpRequest, key: str) -> None:
    view = next((view for view in views_for(request.user) if view.key == key), None)
    if view is None:
        messages.warning(request, "That view is not there any more.")
        return
    DefaultView.objects.update_or_create({"view": key}, owner=request.user.get_username())
    messages.success(request, f"The list opens with “{view.name}”.")
