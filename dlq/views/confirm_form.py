"""What the person adds to the selection on the confirmation page. Which fields there are depends on the kind and the size."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone

from dlq.conf import conf
from dlq.filters.conditions import NO_QUEUE
from dlq.models import BulkOperation
from dlq.models.requeueoptions import CANARY_MINUTES

Kind = BulkOperation.Kind

OPTIONS = (
    "run_at",
    "spread_minutes",
    "canary_size",
    "canary_needed",
    "canary_minutes",
    "priority",
    "queue_name",
    "max_attempts",
)
"""The fields of a requeue that stay folded away until somebody needs them."""
REQUEUED_TOO = ("also_on_their_way", "also_recovered")
MOST_MINUTES = 7 * 24 * 60


def _number(label: str, least: int, most: int, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, help_text=help_text)


class ConfirmForm(forms.Form):
    reason = forms.CharField(
        required=False,
        max_length=2000,
        help_text="Kept with the operation, for whoever asks later.",
        widget=forms.TextInput,
    )

    def __init__(self, kind: str, count: int | None, data: Any = None) -> None:
        super().__init__(data)
        self.count = count
        if kind in (Kind.REQUEUE, Kind.NOTE):
            self.fields["note"] = forms.CharField(
                required=kind == Kind.NOTE,
                max_length=10_000,
                widget=forms.Textarea({"rows": 3}),
                help_text="Added to each entry's notes, with the time and your name.",
                error_messages={"required": "Write the note that is to be added."},
            )
        if kind == Kind.NOTE:
            self.fields["replace_notes"] = forms.ChoiceField(
                label="If an entry has notes already",
                choices=(("", "add this one below them"), ("1", "put this one in their place")),
                required=False,
                initial="",
                widget=forms.RadioSelect,
                help_text="What a note said before stays in the entry's history.",
            )
        if kind == Kind.REQUEUE:
            self._add_requeue_fields()
        if kind == Kind.DELETE and (count is None or count > conf.CONFIRM_ABOVE):
            self.fields["confirm_count"] = forms.CharField(
                label="To be sure, type the number of entries" if count is not None else "To be sure, type: all",
                widget=forms.TextInput({"autocomplete": "off", "inputmode": "text" if count is None else "numeric"}),
            )

    def _add_requeue_fields(self) -> None:
        self.fields |= {
            "key_policy": forms.ChoiceField(
                label="If a job in the queue has the entry's key",
                choices=BulkOperation.KeyPolicy.choices,
                initial=BulkOperation.KeyPolicy.SKIP,
                required=False,
                widget=forms.RadioSelect,
            ),
            "also_on_their_way": forms.BooleanField(label="Requeue these too", required=False),
            "also_recovered": forms.BooleanField(label="Requeue these too", required=False),
            "run_at": forms.DateTimeField(
                label="Not before",
                required=False,
                widget=forms.DateTimeInput({"type": "datetime-local"}),
                help_text="Empty: at once.",
            ),
            "spread_minutes": _number(
                "Spread over minutes", 1, MOST_MINUTES, "One job after the other, evenly, instead of all at once."
            ),
            "canary_size": _number(
                "Try first", 1, 10_000, "So many, the oldest; the rest follows when they have succeeded."
            ),
            "canary_needed": _number("Of these must succeed", 1, 10_000, "Empty: all of them. Too few: it pauses."),
            "canary_minutes": _number(
                "Wait at most minutes", 1, MOST_MINUTES, f"Empty: {CANARY_MINUTES}. Then it pauses and says why."
            ),
            "priority": _number("Priority", -32768, 32767, "Empty: as it was. A lower number runs first."),
            "queue_name": forms.CharField(
                label="Queue", required=False, max_length=128, help_text=f"Empty: as it was. {NO_QUEUE} means no queue."
            ),
            "max_attempts": _number("Attempts allowed", 1, 32767, "Empty: as it was."),
        }

    @property
    def main(self) -> list[BoundField]:
        return [field for field in self if field.name not in (*OPTIONS, *REQUEUED_TOO)]

    @property
    def options(self) -> list[BoundField]:
        return [field for field in self if field.name in OPTIONS]

    @property
    def options_in_use(self) -> bool:
        """Whether the folded part has something to show: a value or a complaint."""
        return any(field.errors or (self.is_bound and field.data) for field in self.options)

    def clean_key_policy(self) -> str:
        return self.cleaned_data["key_policy"] or BulkOperation.KeyPolicy.SKIP

    def clean_replace_notes(self) -> bool:
        return bool(self.cleaned_data["replace_notes"])

    def clean_run_at(self) -> datetime | None:
        run_at: datetime | None = self.cleaned_data["run_at"]
        if run_at and run_at < timezone.now() - timedelta(minutes=1):
            raise forms.ValidationError("That time has passed. Leave it empty to requeue at once.")
        return run_at

    def clean_spread_minutes(self) -> int | None:
        minutes: int | None = self.cleaned_data["spread_minutes"]
        if minutes and self.count is None:
            raise forms.ValidationError(
                "These are too many to count in time, so they can't be spread. Narrow the filter."
            )
        return minutes

    def clean_queue_name(self) -> str | None:
        name: str = self.cleaned_data["queue_name"]
        return "" if name == NO_QUEUE else name or None

    def clean_confirm_count(self) -> str:
        typed = "".join(char for char in self.cleaned_data["confirm_count"] if char not in " ,.'\u202f\u00a0")
        wanted = "all" if self.count is None else str(self.count)
        if typed.lower() != wanted:
            raise forms.ValidationError(f"That is not it. Nothing was done: type {wanted} to go on.")
        return typed

    def clean(self) -> None:
        size, needed = self.cleaned_data.get("canary_size"), self.cleaned_data.get("canary_needed")
        if needed and not size:
            self.add_error("canary_size", "Say how many are to be tried first.")
        elif size and needed and needed > size:
            self.add_error("canary_needed", f"That is more than the {size:,} that are tried first.")

    @property
    def details(self) -> dict[str, Any]:
        """The operation's columns."""
        details = {name: value for name, value in self.cleaned_data.items() if name != "confirm_count"}
        if minutes := details.pop("spread_minutes", None):
            details["spread"] = timedelta(minutes=minutes)
        if not details.get("canary_minutes"):
            details.pop("canary_minutes", None)
        return details
