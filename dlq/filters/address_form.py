"""The parameters that a page knows, in one form: what it does not know, or can't read, is said and never passed over.

The list of failed jobs has a filter set instead, which is as strict.
"""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.http import QueryDict

LONGEST_NAME = 60
"""Characters of an unknown parameter's name that are shown."""


class AddressForm(forms.Form):
    """Each field is a parameter, given once at most. A page whose address has `problems` shows them, and no rows."""

    also_known: ClassVar[frozenset[str]] = frozenset()
    """Parameters that say how to show what there is: nonsense in them is the first page, or the usual order."""
    data: QueryDict

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)

    @property
    def problems(self) -> list[str]:
        """A sentence each; empty for an address that is understood."""
        unknown = sorted(set(self.data) - set(self.fields) - self.also_known)
        sentences = [f"There is no filter “{name[:LONGEST_NAME]}”." for name in unknown]
        for name, field in self.fields.items():
            several = ["Write one value."] if len(self.data.getlist(name)) > 1 else []
            sentences += [f"{field.label or name}: {error}" for error in (*several, *self.errors.get(name, ()))]
        return sentences
