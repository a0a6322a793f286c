"""Groups of people with the permissions that their work takes."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission

from dlq.web.permissions import SEE_MASKED, VIEW_ENTRIES, VIEW_OPERATIONS

APP = "dlq"
VIEWER = {VIEW_ENTRIES, VIEW_OPERATIONS}
OPERATOR = VIEWER | {f"{APP}.{action}_backfilldlq" for action in ("annotate", "requeue", "export")}
GROUPS: dict[str, set[str] | None] = {"dlq viewer": VIEWER, "dlq operator": OPERATOR, "dlq manager": None}
"""A manager has the operations, and all that there is for failed jobs: also to delete.

No group has SEE_MASKED: who may see secrets is decided for each person.
"""


class NotMigrated(Exception):
    """The permissions are not there yet."""


@dataclass(frozen=True)
class FilledGroup:
    name: str
    is_new: bool
    added: list[str]
    """The codenames of the permissions that it lacked."""


def fill_groups() -> list[FilledGroup]:
    """Make the groups where they are missing and add what they lack. What people gave them besides stays."""
    all_of_ours = {f"{APP}.{each.codename}": each for each in Permission.objects.filter(content_type__app_label=APP)}
    of_entries = {
        name: each
        for name, each in all_of_ours.items()
        if name == VIEW_OPERATIONS or (name.endswith("_backfilldlq") and name != SEE_MASKED)
    }
    if not of_entries.keys() >= OPERATOR:
        raise NotMigrated
    filled = []
    for name, wanted in GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        has = set(group.permissions.values_list("pk", flat=True))
        added = [each for full, each in of_entries.items() if each.pk not in has and (wanted is None or full in wanted)]
        group.permissions.add(*added)
        filled.append(FilledGroup(name, is_new, sorted(each.codename for each in added)))
    return filled
