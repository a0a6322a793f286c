"""When, how fast, on a few first, with which settings: the options of a requeue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from dlq.filters.conditions import NO_QUEUE
from dlq.models import BulkOperation
from dlq.models.requeueoptions import CANARY_MINUTES
from dlq.operations.forms import ConfirmForm

MOST_MINUTES = 7 * 24 * 60
MOST_TRIED_FIRST = 10_000


def _number(label: str, least: int, most: int, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, help_text=help_text)


class RequeueForm(ConfirmForm):
    folded = (
        "run_at",
        "spread_minutes",
        "canary_size",
        "canary_needed",
        "canary_minutes",
        "priority",
        "queue_name",
        "max_attempts",
    )
    in_preflight = ("also_other_tasks", "also_on_their_way", "also_recovered")

    note = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea({"rows": 3}),
        help_text="Added to each entry's notes, with the time and your name.",
    )
    key_policy = forms.ChoiceField(
        label="If a job in the queue has the entry's key",
        choices=BulkOperation.KeyPolicy.choices,
        initial=BulkOperation.KeyPolicy.SKIP,
        required=False,
        widget=forms.RadioSelect,
    )
    also_other_tasks = forms.BooleanField(label="Replace these too", required=False)
    also_on_their_way = forms.BooleanField(label="Requeue these too", required=False)
    also_recovered = forms.BooleanField(label="Requeue these too", required=False)
    run_at = forms.DateTimeField(
        label="Not before",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}),
        help_text="Empty: at once.",
    )
    spread_minutes = _number(
        "Spread over minutes", 1, MOST_MINUTES, "One job after the other, evenly, instead of all at once."
    )
    canary_size = _number(
        "Try first", 1, MOST_TRIED_FIRST, "So many, the oldest; the rest follows when they have succeeded."
    )
    canary_needed = _number("Of these must succeed", 1, MOST_TRIED_FIRST, "Empty: all of them. Too few: it pauses.")
    canary_minutes = _number(
        "Wait at most minutes", 1, MOST_MINUTES, f"Empty: {CANARY_MINUTES}. Then it pauses and says why."
    )
    priority = _number("Priority", -32768, 32767, "Empty: as it was. A lower number runs first.")
    queue_name = forms.CharField(
        label="Queue", required=False, max_length=128, help_text=f"Empty: as it was. {NO_QUEUE} means no queue."
    )
    max_attempts = _number("Attempts allowed", 1, 32767, "Empty: as it was.")

    def clean_key_policy(self) -> str:
        return self.cleaned_data["key_policy"] or BulkOperation.KeyPolicy.SKIP

    def clean_run_at(self) -> datetime | None:
        run_at: datetime | None = self.cleaned_data["run_at"]
        if run_at and run_at < timezone.now() - timedelta(minutes=1):
            raise forms.ValidationError("That time has passed. Leave it empty to requeue at once.")
        return run_at

    def clean_spread_minutes(self) -> int | None:
        minutes: int | None = self.cleaned_data["spread_minutes"]
        if minutes and self.count is None:
            raise forms.ValidationError(
                "They were not counted, so they can't be spread. Wait for the number, or narrow the filter."
            )
        return minutes

    def clean_queue_name(self) -> str | None:
        name: str = self.cleaned_data["queue_name"]
        return "" if name == NO_QUEUE else name or None

    def clean(self) -> None:
        size, needed = self.cleaned_data.get("canary_size"), self.cleaned_data.get("canary_needed")
        if needed and not size:
            self.add_error("canary_size", "Say how many are to be tried first.")
        elif size and needed and needed > size:
            self.add_error("canary_needed", f"That is more than the {size:,} that are tried first.")

    @property
    def details(self) -> dict[str, Any]:
        details = super().details
        if minutes := details.pop("spread_minutes"):
            details["spread"] = timedelta(minutes=minutes)
        if not details["canary_minutes"]:
            del details["canary_minutes"]
        return details
