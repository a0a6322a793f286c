"""What people say about a failure pattern."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone

from dlq.models import FailurePattern
from dlq.patterns.edits import FIELDS

State = FailurePattern.State


class PatternForm(forms.Form):
    state = forms.ChoiceField(
        help_text="A resolved pattern comes back by itself, as returned, when it fails again.",
    )
    muted_until = forms.DateTimeField(
        required=False,
        label="Muted until",
        help_text="While it is muted the list of patterns leaves it out.",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
    )
    assignee = forms.CharField(required=False, max_length=150, label="Assignee", help_text="Who looks after it.")
    advice = forms.ChoiceField(
        required=False, label="Safe to requeue?", choices=FailurePattern.Advice.choices, widget=forms.RadioSelect
    )
    advice_text = forms.CharField(
        required=False,
        max_length=2_000,
        label="Advice in plain words",
        help_text="Shown on every failed job of this pattern and before anybody requeues or deletes some.",
        widget=forms.Textarea({"rows": 3}),
    )
    runbook_url = forms.CharField(
        required=False,
        max_length=1_000,
        label="Runbook",
        help_text="An address that begins with https:// or http://.",
        validators=[
            URLValidator(schemes=["http", "https"], message="Write an address that begins with https:// or http://.")
        ],
    )
    notes = forms.CharField(
        required=False,
        max_length=100_000,
        help_text="Kept when the failed jobs are gone.",
        widget=forms.Textarea({"rows": 6}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
    """The number of the last edit when the page was shown."""

    def __init__(self, pattern: FailurePattern, data: Any = None) -> None:
        initial = {name: getattr(pattern, name) for name in FIELDS}
        super().__init__(data, initial={**initial, "seen": pattern.edit_number})
        # "Returned" is not for people to choose, only to leave as it is.
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            (value, label)
            for value, label in State.choices
            if value != State.RETURNED or pattern.state == State.RETURNED
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("state") != State.MUTED:
            values["muted_until"] = None
        elif not values.get("muted_until"):
            self.add_error("muted_until", "Write until when it is muted.")
        elif values["muted_until"] <= timezone.now():
            self.add_error("muted_until", "This time has passed.")
        return values
