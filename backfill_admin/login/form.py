"""The form of the log-in page."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm


class LogInForm(AdminAuthenticationForm):
    """A name that no account can have is a wrong name like any other, and is neither looked up nor stored as an attempt."""

    def clean(self) -> dict[str, Any]:
        # Measured after normalization, which makes up to eighteen characters of one.
        too_long = len(self.cleaned_data.get("username", "")) > (self.username_field.max_length or 0)
        if too_long or any(self.has_error(name, "null_characters_not_allowed") for name in self.fields):
            self.errors.clear()
            raise self.get_invalid_login_error()
        return super().clean()
