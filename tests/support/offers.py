"""What a page offers: where its links lead, and what its forms send. Faster than a parsed document."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

LEADS = ("href", "hx-get", "hx-post")
FIELDS = ("input", "textarea", "select")
TOKEN = "csrfmiddlewaretoken"


@dataclass
class SentForm:
    """`names` are those of its fields, `buttons` those of what sends it; `actions` are the values of its action."""

    address: str
    names: set[str] = field(default_factory=set)
    buttons: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)

    @property
    def sends(self) -> set[str]:
        """The names of what can be done by it: the actions, the buttons, or the first field where the button has no name."""
        unnamed = {min(self.names - {TOKEN}, default="")} if "" in self.buttons else set[str]()
        return self.actions or (self.buttons - {""}) | unnamed


class Offers(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: list[SentForm] = []
        self._form: SentForm | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.links |= {given[name] for name in LEADS if given.get(name, "#")[0] != "#" and tag != "link"}
        if tag == "form":
            self._form = SentForm(given.get("action", "")) if given.get("method", "").lower() == "post" else None
            if self._form:
                self.forms.append(self._form)
        if self._form:
            self._add(self._form, tag, given)

    def _add(self, form: SentForm, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag in FIELDS and name:
            form.names.add(name)
        if name == "action" and given.get("value"):
            form.actions.add(given["value"])
        elif tag == "button":
            form.buttons.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
