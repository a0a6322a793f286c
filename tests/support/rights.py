"""Which right each page and each button needs, and the people who try them. What is new here must be listed here.

A right is a set of permissions, all of which it takes. The names are those of the addresses in Django's admin.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

Right = frozenset[str]

VIEW = "view_backfilldlq"
ANNOTATE = "annotate_backfilldlq"
REQUEUE = "requeue_backfilldlq"
DELETE = "delete_backfilldlq"
EXPORT = "export_backfilldlq"
EDIT = "edit_payload_backfilldlq"
OPERATIONS = "view_bulkoperation"
SEE = "see_redacted_backfilldlq"
SHARE = "share_savedview"
PERMISSIONS = (VIEW, ANNOTATE, REQUEUE, DELETE, EXPORT, EDIT, SEE, OPERATIONS, SHARE)


def of(*permissions: str) -> Right:
    return frozenset(permissions)


NOBODYS = of("what nobody has")
"""Of what not even a superuser may do: entries, patterns and operations are not made or deleted by Django's forms."""
STAFFS = of()

PAGES: dict[str, Right] = {
    "index": STAFFS,
    "app_list": STAFFS,  # "not found" for those who have no page in it
    "autocomplete": of(OPERATIONS),  # as asked by the walk: for the operation of an entry in the trash
    "dlq_backfilldlq_changelist": of(VIEW),
    "dlq_backfilldlq_add": NOBODYS,
    "dlq_backfilldlq_change": of(VIEW),
    "dlq_backfilldlq_delete": of(VIEW, DELETE),
    "dlq_backfilldlq_history": of(VIEW),
    "dlq_backfilldlq_payload": of(VIEW),
    "dlq_backfilldlq_compare": of(VIEW),
    "dlq_backfilldlq_next": of(VIEW),
    "dlq_backfilldlq_previous": of(VIEW),
    "dlq_backfilldlq_statistics": of(VIEW),
    "dlq_backfilldlq_snapshot": of(VIEW),
    "dlq_backfilldlq_alerts": of(VIEW),
    "dlq_backfilldlq_count": of(VIEW),
    "dlq_backfilldlq_breakdown": of(VIEW),
    "dlq_backfilldlq_common": of(VIEW),
    "dlq_backfilldlq_values": of(VIEW),
    "dlq_backfilldlq_new": of(VIEW),
    "dlq_backfilldlq_views": of(VIEW),
    "dlq_backfilldlq_script": STAFFS,
    "dlq_backfilldlq_indexes": of(VIEW),
    "dlq_backfilldlq_caretaker": of(VIEW),
    "dlq_backfilldlq_seen": of(VIEW),
    "dlq_backfilldlq_confirmed": of(VIEW),
    "dlq_backfilldlq_confirmed_count": of(VIEW),  # and the right of its kind of operation, which the token names
    "dlq_backfilldlq_export": of(VIEW, EXPORT),
    "dlq_backfilldlq_export_progress": of(VIEW, EXPORT),
    "dlq_bulkoperation_changelist": of(OPERATIONS),
    "dlq_bulkoperation_add": NOBODYS,
    "dlq_bulkoperation_change": of(OPERATIONS),
    "dlq_bulkoperation_delete": NOBODYS,
    "dlq_bulkoperation_history": of(OPERATIONS),
    "dlq_bulkoperation_problems": of(OPERATIONS, VIEW),
    "dlq_failurepattern_changelist": of(VIEW),
    "dlq_failurepattern_add": NOBODYS,
    "dlq_failurepattern_change": of(VIEW),
    "dlq_failurepattern_delete": NOBODYS,
    "dlq_failurepattern_regroup": of(VIEW, ANNOTATE),
    "dlq_failurepattern_history": of(VIEW),
    "dlq_deletedentry_changelist": of(VIEW),
    "dlq_deletedentry_add": NOBODYS,
    "dlq_deletedentry_change": of(VIEW),
    "dlq_deletedentry_delete": NOBODYS,
    "dlq_deletedentry_history": of(VIEW),
}
SENT: dict[str, Right] = {
    "dlq_backfilldlq_change": of(VIEW, ANNOTATE),
    "dlq_failurepattern_change": of(VIEW, ANNOTATE),
}
"""Where sending a form without any button takes more than looking: it saves notes."""
ONLY_SENT = {"dlq_backfilldlq_snapshot", "dlq_backfilldlq_seen", "dlq_backfilldlq_confirmed"}
"""There is nothing to read there."""
DJANGOS = {
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "jsi18n",
    "view_on_site",
    "<path:object_id>/",  # leads from the addresses of old versions of Django to today's
    "(?P<url>.*)$",  # all that is no address
}
"""Django's own pages, where there is nothing of ours. Those of users and groups are too."""


@dataclass(frozen=True)
class Button:
    """`writes`: whether pressing it changes something; a button that leads to a confirmation page does not."""

    right: Right
    writes: bool = True


_CONTROLS = ("drive", "pause", "resume", "cancel")
_KINDS = {
    "requeue": REQUEUE,
    "edit": EDIT,
    "delete": DELETE,
    "note": ANNOTATE,
    "restore": DELETE,
    "recall": REQUEUE,
    "put_back": EDIT,
}

BUTTONS: dict[tuple[str, str], Button] = {
    ("dlq_backfilldlq_changelist", "requeue_selected"): Button(of(VIEW, REQUEUE), writes=False),
    ("dlq_backfilldlq_changelist", "edit_selected"): Button(of(VIEW, EDIT), writes=False),
    ("dlq_backfilldlq_changelist", "delete_selected"): Button(of(VIEW, DELETE), writes=False),
    ("dlq_backfilldlq_changelist", "add_note_to_selected"): Button(of(VIEW, ANNOTATE), writes=False),
    ("dlq_backfilldlq_change", "notes"): Button(of(VIEW, ANNOTATE)),
    ("dlq_backfilldlq_change", "recall"): Button(of(VIEW, REQUEUE)),
    ("dlq_backfilldlq_change", "put_back"): Button(of(VIEW, EDIT)),
    ("dlq_backfilldlq_change", "show_masked"): Button(of(VIEW, SEE)),
    ("dlq_backfilldlq_export", "format"): Button(of(VIEW, EXPORT, SEE)),
    ("dlq_backfilldlq_snapshot", ""): Button(of(VIEW)),
    ("dlq_backfilldlq_views", "save"): Button(of(VIEW)),
    ("dlq_backfilldlq_views", "default"): Button(of(VIEW)),
    ("dlq_backfilldlq_seen", "seen"): Button(of(VIEW)),
    ("confirmation of requeue", "token"): Button(of(VIEW, REQUEUE)),
    ("confirmation of edit", "token"): Button(of(VIEW, EDIT)),
    ("confirmation of delete", "token"): Button(of(VIEW, DELETE)),
    ("confirmation of note", "token"): Button(of(VIEW, ANNOTATE)),
    ("dlq_failurepattern_changelist", ""): Button(of(VIEW)),
    ("dlq_failurepattern_change", "requeue_all"): Button(of(VIEW, REQUEUE), writes=False),
    ("dlq_failurepattern_change", "edit_all"): Button(of(VIEW, EDIT), writes=False),
    ("dlq_failurepattern_change", "delete_all"): Button(of(VIEW, DELETE), writes=False),
    ("dlq_failurepattern_change", "advice"): Button(of(VIEW, ANNOTATE)),
    ("dlq_failurepattern_regroup", "mark"): Button(of(VIEW, ANNOTATE)),
    ("dlq_deletedentry_changelist", "restore_selected"): Button(of(VIEW, DELETE)),
    **{
        (f"{kind} operation", control): Button(of(OPERATIONS, permission))
        for kind, permission in _KINDS.items()
        for control in _CONTROLS
    },
    ("delete operation", "restore"): Button(of(OPERATIONS, DELETE)),
    ("requeue operation", "recall"): Button(of(OPERATIONS, REQUEUE)),
    ("requeue operation", "trash_recovered"): Button(of(OPERATIONS, VIEW, DELETE), writes=False),
    ("requeue operation", "again"): Button(of(OPERATIONS, VIEW, REQUEUE), writes=False),
    ("edit operation", "recall"): Button(of(OPERATIONS, REQUEUE)),
    ("edit operation", "put_back"): Button(of(OPERATIONS, EDIT)),
    ("edit operation", "trash_recovered"): Button(of(OPERATIONS, VIEW, DELETE), writes=False),
    ("edit operation", "again"): Button(of(OPERATIONS, VIEW, EDIT), writes=False),
}
"""By where they are sent, and their name there: of the button, of the action, or of the form's first field."""


@dataclass(frozen=True)
class Who:
    permissions: Right = frozenset()
    is_superuser: bool = False
    is_staff: bool = True
    is_known: bool = True

    def may(self, right: Right) -> bool:
        return self.gets_in and right != NOBODYS and (self.is_superuser or right <= self.permissions)

    @property
    def gets_in(self) -> bool:
        return self.is_known and self.is_staff

    def __str__(self) -> str:
        if not self.is_known:
            return "anonymous"
        if self.is_superuser:
            return "superuser"
        names = "+".join(name for name in PERMISSIONS if name in self.permissions) or "nothing"
        return names if self.is_staff else f"no staff, {names}"


def everybody() -> list[Who]:
    """Nobody, those with one permission, with two of which one shows something, and those who may all."""
    pairs = [of(*pair) for pair in combinations(PERMISSIONS, 2) if {VIEW, OPERATIONS} & set(pair)]
    return [
        Who(is_known=False),
        Who(of(*PERMISSIONS), is_staff=False),
        Who(),
        *(Who(of(permission)) for permission in PERMISSIONS),
        *map(Who, pairs),
        Who(is_superuser=True),
    ]
