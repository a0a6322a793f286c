"""A large delete is confirmed by typing its number."""

from __future__ import annotations

from typing import Any

from django import forms

from dlq.conf import conf
from dlq.operations.forms import ConfirmForm

SEPARATORS = " ,.'\u202f\u00a0"


class DeleteForm(ConfirmForm):
    in_preflight = ("leaves_earlier_lives",)

    leaves_earlier_lives = forms.BooleanField(label="Leave the earlier lives here", required=False)

    def __init__(self, count: int | None, data: Any = None) -> None:
        super().__init__(count, data)
        if count is None or count > conf.CONFIRM_ABOVE:
            self.fields["confirm_count"] = forms.CharField(
                label="To be sure, type the number of failed jobs" if count is not None else "To be sure, type: all",
                widget=forms.TextInput({"autocomplete": "off", "inputmode": "text" if count is None else "numeric"}),
            )

    def clean_confirm_count(self) -> str:
        typed = "".join(char for char in self.cleaned_data["confirm_count"] if char not in SEPARATORS)
        wanted = "all" if self.count is None else str(self.count)
        if typed.lower() != wanted:
            raise forms.ValidationError(f"That is not it. Nothing was done: type {wanted} to delete them.")
        return typed

    @property
    def details(self) -> dict[str, Any]:
        return {name: value for name, value in super().details.items() if name != "confirm_count"}
