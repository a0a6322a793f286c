"""What is to become of payloads: one as a whole document, many by a list of changes; with all options of a requeue."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from django import forms

from dlq.operations.kinds.edit.changes import BadChanges, Edit, document_edit, edit_of_lines
from dlq.operations.kinds.edit.json_text import LONGEST
from dlq.operations.kinds.edit.shown import ShownPayload
from dlq.operations.kinds.requeue.forms import RequeueForm

BUTTON = "Show what would change"
CHANGED = (
    "The payload changed since this page was shown, by somebody else or by a new failure. Your text is still here: look again,"
    " it would take the place of what the payload is now."
)
LOOK_FIRST = "Look at what would change, then confirm it."


class EditForm(RequeueForm):
    """Sent once it shows what the changes would do, and sent again it confirms exactly these."""

    typed: ClassVar[str]
    """The field that says what to do with payloads."""
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    """The fingerprint of the edit that the page showed the effect of."""

    @abstractmethod
    def edit_of(self, text: str) -> Edit:
        """Raises BadChanges."""

    def __init__(self, count: int | None, data: Any = None) -> None:
        super().__init__(count, data)
        self.edit: Edit | None = None
        self.button = BUTTON
        self.order_fields([self.typed])

    def clean(self) -> None:
        super().clean()
        text = self.cleaned_data.get(self.typed)
        if text is None:
            return
        try:
            self.edit = self.edit_of(text)
        except BadChanges as problem:
            self.add_error(self.typed, str(problem))
            return
        self.button = ""
        if self.cleaned_data.get("shown") != self.edit.fingerprint:
            self.add_error(None, LOOK_FIRST)
            # The page shows the effect of this one; sent again, it is the one that was seen.
            self._put("shown", self.edit.fingerprint)

    def _put(self, name: str, value: str) -> None:
        self.data = {**{key: self.data.get(key) for key in self.data}, name: value}

    @property
    def choices(self) -> dict[str, Any]:
        return {"payload_edit": self.edit.stored} if self.edit else {}

    @property
    def details(self) -> dict[str, Any]:
        left_out = ("shown", "seen", self.typed)
        return {name: value for name, value in super().details.items() if name not in left_out} | self.choices


class ChangesForm(EditForm):
    """A list of changes, for any number of payloads."""

    typed = "changes"

    changes = forms.CharField(
        label="Changes, one a line",
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea({"rows": 5, "spellcheck": "false", "class": "dlq-code"}),
        help_text='order.currency = "EUR" sets a field that is there. + order.tax = 0.19 adds one. - order.legacy removes one.'
        " Values are JSON: a text stands in double quotes. Where the field is not there, the failed job is skipped.",
        error_messages={"required": "Write what is to be changed."},
    )

    def edit_of(self, text: str) -> Edit:
        return edit_of_lines(text)


class DocumentForm(EditForm):
    """The whole payload of one entry."""

    typed = "document"

    document = forms.CharField(
        label="Payload",
        strip=False,
        widget=forms.Textarea({"rows": 16, "spellcheck": "false", "class": "dlq-code"}),
        error_messages={"required": "A payload is never empty; null is one."},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    """The digest of the payload that the text was made from."""

    def __init__(self, payload: ShownPayload, data: Any = None) -> None:
        super().__init__(1, data)
        self.payload = payload
        self.initial = {"document": payload.text, "seen": payload.digest}

    def edit_of(self, text: str) -> Edit:
        seen = self.cleaned_data.get("seen", "")
        if not seen or seen != self.payload.digest:
            self._put("seen", self.payload.digest)
            raise BadChanges(CHANGED)
        return document_edit(text, seen)
