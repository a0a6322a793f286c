"""What the person adds to the selection on the confirmation page. Kinds of operations have forms of their own on top."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.forms import BoundField

AGAINST_ADVICE = "against_advice"


class ConfirmForm(forms.Form):
    """`count` is the number of entries that the page shows; None where it does not know it."""

    folded: ClassVar[tuple[str, ...]] = ()
    """Fields that stay folded away until somebody needs them."""
    in_preflight: ClassVar[tuple[str, ...]] = ()
    """Fields shown where the page says what would be skipped."""
    in_sentence: ClassVar[tuple[str, ...]] = ()
    """Fields that stand in a sentence of their own, in `sentence_template`."""
    sentence_template: ClassVar[str] = ""
    button: str = ""
    """What the button says where it does not begin the operation yet."""

    reason = forms.CharField(
        required=False,
        max_length=2000,
        help_text="Kept with the operation, for those who ask later.",
        widget=forms.TextInput,
    )

    def __init__(self, count: int | None, data: Any = None) -> None:
        super().__init__(data)
        self.count = count

    def ask_for_override(self) -> None:
        """Of patterns whose advice is not to do it: take no yes without a tick and a reason."""
        self.fields[AGAINST_ADVICE] = forms.BooleanField(
            label="Do it against this advice",
            error_messages={
                "required": "The advice is not to. Tick this to do it all the same, and say why as the reason."
            },
        )
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = "Say why it is done against the advice."

    @property
    def main(self) -> list[BoundField]:
        elsewhere = (*self.folded, *self.in_preflight, *self.in_sentence, AGAINST_ADVICE)
        return [field for field in self.visible_fields() if field.name not in elsewhere]

    @property
    def sentence_has_errors(self) -> bool:
        return any(self.errors.get(name) for name in self.in_sentence)

    @property
    def options(self) -> list[BoundField]:
        return [field for field in self if field.name in self.folded]

    @property
    def options_in_use(self) -> bool:
        """Whether the folded part has something to show: a value or a complaint."""
        return any(field.errors or (self.is_bound and field.data) for field in self.options)

    @property
    def choices(self) -> dict[str, Any]:
        """Of the operation's columns those whose effect the page shows before anybody says yes."""
        return {}

    @property
    def details(self) -> dict[str, Any]:
        """The operation's columns."""
        return dict(self.cleaned_data)
