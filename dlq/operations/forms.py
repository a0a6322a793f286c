"""What the person adds to the selection on the confirmation page. Kinds of operations have forms of their own on top."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.forms import BoundField


class ConfirmForm(forms.Form):
    """`count` is the number of entries that the page shows; None where it does not know it."""

    folded: ClassVar[tuple[str, ...]] = ()
    """Fields that stay folded away until somebody needs them."""
    in_preflight: ClassVar[tuple[str, ...]] = ()
    """Fields shown where the page says what would be skipped."""

    reason = forms.CharField(
        required=False,
        max_length=2000,
        help_text="Kept with the operation, for those who ask later.",
        widget=forms.TextInput,
    )

    def __init__(self, count: int | None, data: Any = None) -> None:
        super().__init__(data)
        self.count = count

    @property
    def main(self) -> list[BoundField]:
        return [field for field in self if field.name not in (*self.folded, *self.in_preflight)]

    @property
    def options(self) -> list[BoundField]:
        return [field for field in self if field.name in self.folded]

    @property
    def options_in_use(self) -> bool:
        """Whether the folded part has something to show: a value or a complaint."""
        return any(field.errors or (self.is_bound and field.data) for field in self.options)

    @property
    def details(self) -> dict[str, Any]:
        """The operation's columns."""
        return dict(self.cleaned_data)
