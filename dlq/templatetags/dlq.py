"""Template tags and filters of the dead letter queue's pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from dlq.filters import DlqFilterSet, fields
from dlq.filters.conditions import Condition
from dlq.listing.results import results_of
from dlq.operations import kinds
from dlq.operations.access import sees_operation, under_way
from dlq.operations.pages import undo
from dlq.operations.pages.undo import UndoButton
from dlq.operations.reasons import Reason
from dlq.selection.suggestions import offers_values
from dlq.start import start_page as start
from dlq.start.hand_over import hand_over
from dlq.table.writable import why_refused
from dlq.web import formatting
from dlq.web.permissions import VIEW_OPERATIONS
from dlq.web.places import places_of
from dlq.web.query_strings import query_string
from dlq.web.site_addresses import site_of
from dlq.web.stock_templates import in_our_frame
from dlq.web.viewer_zone import viewer_zone as zone_of

register = template.Library()

register.filter("queue_label", formatting.queue_label)
register.filter("reason_summary", kinds.summary)
register.filter("duration", formatting.duration)
register.filter("clock", formatting.clock)
register.filter("age", formatting.age)
register.filter("sees_operation", sees_operation)


@register.filter
def reason(code: str, about: str) -> str:
    """Why one entry was left as it was."""
    return kinds.in_words(Reason(code, about))


register.inclusion_tag("admin/change_list_results.html", name="entry_results")(results_of)


@register.inclusion_tag("dlq/web/places.html", takes_context=True)
def places(context: dict[str, Any]) -> dict[str, Any]:
    request = context["request"]
    running = under_way() if request.user.has_perm(VIEW_OPERATIONS) else 0
    return {"places": places_of(request, {"Operations": f"{running} running"} if running else {})}


@register.simple_tag(takes_context=True)
def why_read_only(context: dict[str, Any]) -> str:
    """Why nobody can change anything; "" where that is not so."""
    return why_refused(context["request"].user)


@register.simple_tag(takes_context=True)
def whole_start_page(context: template.Context) -> SafeString:
    """In the frame that our other pages have: Django's own view of the app's page, which no decorator of ours is around, would
    take that of a theme."""
    request = context["request"]
    values = {str(name): value for name, value in context.flatten().items()}
    with site_of(request), timezone.override(zone_of(request)):
        return in_our_frame("dlq/start/page.html", values, request)


@register.simple_tag(takes_context=True)
def start_page(context: dict[str, Any]) -> SafeString:
    request = context["request"]
    page = start.start_page(request)
    own = request.build_absolute_uri(f"{request.path}{query_string({'since': page.since_iso})}")
    return render_to_string("dlq/start/start.html", {"page": page, "hand_over": hand_over(page, own)}, request)


@register.filter
def humanize_number(number: int) -> str:
    """1,234,567"""
    return f"{number:,}"


@register.simple_tag
def viewer_zone() -> str:
    """The name of the time zone that this page's times are in."""
    return str(timezone.get_current_timezone())


NAMED = 2
"""Values of a filter that the placeholder of its input names."""


@dataclass(frozen=True)
class FilterField:
    """One input of the filter form. A repeated parameter's other values travel along as hidden inputs.

    `is_several`: where any of several values may match, all of them are hidden inputs and the placeholder tells them, because
    the input with one of them would say less than the filter does. What is typed replaces them (static/dlq/filter.js).
    """

    name: str
    label: str
    help_text: str
    placeholder: str
    value: str
    other_values: list[str]
    choices: list[tuple[str, str]]
    """Value and words of each; empty for free text."""
    errors: list[str]
    offers_values: bool
    is_several: bool


@register.filter
def filter_fields(filterset: DlqFilterSet, part: str) -> list[FilterField]:
    """The inputs of the form's first part, or ("more") of the part that opens on demand."""
    return [
        _field(filterset, name, condition)
        for name, condition in filterset.filters.items()
        if condition.more == (part == "more")
    ]


@register.filter
def with_draft(field: BoundField, user: Any) -> SafeString:
    """The text area, with what this person types kept by their browser until it is saved (static/dlq/drafts.js)."""
    return field.as_widget(attrs={"data-draft": user.get_username()})


@register.filter
def undo_button(message: Message) -> UndoButton | None:
    """The button that undoes what the message tells of."""
    return undo.undo_button(message.extra_tags)


@register.filter
def any_in_use(inputs: Iterable[FilterField]) -> bool:
    return any(field.value or field.other_values for field in inputs)


def _box(each: forms.Field, text: str) -> str:
    return each.box(text) if isinstance(each, fields.Moment) else text


def _field(filterset: DlqFilterSet, name: str, condition: Condition) -> FilterField:
    given = [value for value in filterset.data.getlist(name) if value.strip()]
    each: forms.Field = condition.field.each
    choices = fields.choices_of(each)
    is_several = len(given) > 1 and condition.joined_by == "or" and not choices
    # A parameter with one value is edited in place; of several that all have to match the last is, and the others stay.
    return FilterField(
        name=name,
        label=str(condition.label),
        help_text=str(condition.extra.get("help_text", "")),
        placeholder=_several(given) if is_several else condition.placeholder,
        value="" if is_several else _box(each, given[-1]) if given else each.initial or "",
        other_values=given if is_several else given[:-1],
        choices=choices,
        errors=[str(error) for error in filterset.form.errors.get(name, [])],
        offers_values=offers_values(name),
        is_several=is_several,
    )


def _several(values: list[str]) -> str:
    named, others = " or ".join(values[:NAMED]), len(values) - NAMED
    return f"{named} or {others} other{'s' if others > 1 else ''}" if others > 0 else named
