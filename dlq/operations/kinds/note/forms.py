"""The note, and what becomes of notes that an entry has already."""

from __future__ import annotations

from django import forms

from dlq.operations.forms import ConfirmForm

LONGEST_NOTE = 10_000


class NoteForm(ConfirmForm):
    note = forms.CharField(
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3}),
        help_text="Added to each failed job's notes, with the time and your name.",
        error_messages={"required": "Write the note that is to be added."},
    )
    replace_notes = forms.ChoiceField(
        label="If a failed job has notes already",
        choices=(("", "add this one below them"), ("1", "put this one in their place")),
        required=False,
        initial="",
        widget=forms.RadioSelect,
        help_text="What a note said before stays in its history.",
    )

    def clean_replace_notes(self) -> bool:
        return bool(self.cleaned_data["replace_notes"])
