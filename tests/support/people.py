"""Users with exactly the permissions that a test is about."""

from __future__ import annotations

from django.contrib.auth.models import Permission, User
from django.test import Client


def make_user(*permissions: str, name: str = "somebody", is_superuser: bool = False) -> User:
    """A staff user. Without a password, whose hash would take longer than the test: `client_of` logs in without one."""
    user = User(username=name, is_staff=True, is_superuser=is_superuser)
    user.set_unusable_password()
    user.save()
    found = Permission.objects.filter(codename__in=permissions, content_type__app_label="dlq")
    assert len(found) == len(permissions), f"no such permission among {permissions}"
    user.user_permissions.set(found)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
