"""Reading a page as a browser would: the parsed document and what is on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder

from django.test import Client
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser, LexborNode

from dlq.operations.kinds import KINDS

SVG = "{http://www.w3.org/2000/svg}"
LIST = "/admin/dlq/backfilldlq/"
STATISTICS = f"{LIST}statistics/"
START = "/admin/dlq/"
CONFIRMED = f"{LIST}confirmed/"
OPERATIONS = "/admin/dlq/bulkoperation/"
PATTERNS = "/admin/dlq/failurepattern/"
TRASH = "/admin/dlq/deletedentry/"


def entry_url(entry: int) -> str:
    return reverse("admin:dlq_backfilldlq_change", args=[entry])


def history_url(entry: int) -> str:
    return reverse("admin:dlq_backfilldlq_history", args=[entry])


def operation_url(operation: int) -> str:
    return reverse("admin:dlq_bulkoperation_change", args=[operation])


def pattern_url(pattern: int) -> str:
    return reverse("admin:dlq_failurepattern_change", args=[pattern])


@dataclass(frozen=True)
class Page:
    """A response with its parsed document."""

    response: Any
    document: Element

    @classmethod
    def of(cls, response: Any) -> Page:
        return cls(response, document_of(response.content.decode()))

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements with this tag and these attributes (`class_` means one of the classes)."""
        return [element for element in self.document.iter(tag) if _has(element, attributes)]

    def one(self, tag: str, **attributes: str) -> Element:
        (only,) = self.all(tag, **attributes)
        return only

    @property
    def text(self) -> str:
        return text_of(self.document)

    @property
    def title(self) -> str:
        return text_of(self.one("title"))

    @property
    def messages(self) -> list[str]:
        return [text_of(item) for box in self.all("ul", class_="messagelist") for item in box.iter("li")]

    def links(self, label: str) -> list[str]:
        """The addresses of links with this text."""
        return [link.get("href", "") for link in self.all("a") if text_of(link) == label]

    @property
    def entries(self) -> list[int]:
        """The entries of the list, as they stand there."""
        spans = [span for table in self.all("table", id="result_list") for span in table.iter("span")]
        return [int(text_of(span).removeprefix("#")) for span in spans if span.get("class") == "dlq-id"]

    @property
    def buttons(self) -> set[str]:
        return {text_of(button) for button in self.all("button")}

    @property
    def actions(self) -> set[str]:
        """The actions offered on the list."""
        return {field.get("value", "") for field in self.all("input", name="action")} - {""}

    def value(self, name: str) -> str:
        """Of the field with this name: of the one that people see, where another form hands the same on."""
        fields = self.all("input", name=name)
        (only,) = [field for field in fields if field.get("type") != "hidden"] or fields
        return only.get("value", "")

    def fields(self) -> set[str]:
        return {str(field.get("name")) for tag in ("input", "textarea", "select") for field in self.document.iter(tag)}


def get(client: Client, address: str, **parameters: Any) -> Page:
    return Page.of(client.get(address, parameters, follow=True))


def ask(client: Client, kind: str, entries: Sequence[int] = (), *, everything: bool = False, query: str = "") -> Page:
    """Choose an action for ticked rows, or for everything that matches the query; the confirmation page, or what came instead."""
    ticked = list(entries) or [0]
    form = {
        "action": KINDS[kind].action,
        "_selected_action": ticked,
        "select_across": "1" if everything else "0",
        "index": "0",
    }
    return Page.of(client.post(f"{LIST}{query}", form, follow=True))


def press(client: Client, address: str, button: str) -> Page:
    """Press the button with this name of a page; the page that it leads to."""
    return Page.of(client.post(address, {button: "1"}, follow=True))


def send(client: Client, confirmation: Page, **fields: str) -> Page:
    """Press the button of a confirmation page; the page that it leads to."""
    hidden = {field.get("name", ""): field.get("value", "") for field in confirmation.all("input", type="hidden")}
    return Page.of(client.post(CONFIRMED, {**hidden, **fields}, follow=True))


def document_of(text: str) -> Element:
    """As html5lib makes it, by the same rules of HTML, in a thirtieth of the time. What is drawn has the namespace SVG."""
    builder = TreeBuilder()

    def add(node: LexborNode, namespace: str) -> None:
        tag = f"{namespace}{node.tag}"
        builder.start(tag, {name: value or "" for name, value in node.attributes.items()})
        for child in node.iter(include_text=True):
            if child.is_text_node:
                builder.data(child.text_content or "")
            elif child.is_element_node:
                add(child, SVG if child.tag == "svg" else namespace)
        builder.end(tag)

    root = LexborHTMLParser(text).root
    assert root is not None
    add(root, "")
    return builder.close()


def text_of(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def _has(element: Element, attributes: dict[str, str]) -> bool:
    return all(
        wanted in element.get("class", "").split() if name == "class_" else element.get(name) == wanted
        for name, wanted in attributes.items()
    )


def events(page: Page) -> list[str]:
    return [text_of(item) for box in page.all("ol", class_="dlq-events") for item in box.iter("li")]
