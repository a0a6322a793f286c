"""Reading the statistics page: its numbers, and the lists that they lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from django.test import Client

from tests.support.pages import SVG, Page, text_of


@dataclass(frozen=True)
class Number:
    """A number with its link; "" where it has none."""

    count: int
    link: str


def number(text: str) -> int:
    match = re.match(r"[\d,]+", text)
    assert match, f"no number in {text!r}"
    return int(match[0].replace(",", ""))


def tiles(page: Page) -> dict[str, str]:
    """The headline numbers by their label."""
    found = {}
    for tile in page.all("li", class_="dlq-tile"):
        strong = tile.find(".//strong")
        assert strong is not None
        found[(strong.tail or "").strip()] = text_of(strong)
    return found


def tile_links(page: Page) -> dict[str, str]:
    return {
        (link.find("strong").tail or "").strip(): link.get("href", "")  # type: ignore[union-attr]
        for tile in page.all("li", class_="dlq-tile")
        for link in tile.iter("a")
    }


def table(page: Page, caption: str) -> Element:
    (found,) = [one for one in page.all("table") if text_of(one.find("caption")).startswith(caption)]  # type: ignore[arg-type]
    return found


def cells(page: Page, caption: str) -> dict[str, list[str]]:
    """The texts of each row's cells by the row's heading."""
    return {
        text_of(row.find("th")): [text_of(cell) for cell in row.findall("td")]  # type: ignore[arg-type]
        for row in table(page, caption).iter("tr")
        if row.find("td") is not None
    }


def numbers(page: Page, caption: str) -> dict[str, list[Number]]:
    """The linked numbers of each row by the row's heading."""
    return {
        text_of(row.find("th")): [  # type: ignore[arg-type]
            Number(number(text_of(link)), link.get("href", "")) for cell in row.findall("td") for link in cell.iter("a")
        ]
        for row in table(page, caption).iter("tr")
        if row.find("td") is not None
    }


def drawn(page: Page) -> list[Number]:
    """What the charts draw with a link: bars, their parts and cells."""
    return [
        Number(number(text_of(title)), link.get("href", ""))
        for link in page.all(f"{SVG}a", class_="dlq-bar")
        for title in link.iter(f"{SVG}title")
    ]


def counted(client: Client, link: str) -> int:
    """How many the list behind the link has, by its own counter."""
    page = Page.of(client.get(link, follow=True))
    assert not page.all("ul", class_="dlq-problems"), (link, page.text[:500])
    if "No failed job matches" in page.text:
        return 0
    counter = page.one("span", id="dlq-count").get("hx-get", "")
    # As one who asks for it: unasked, a busy machine gives up sooner.
    said = Page.of(client.get(f"{counter}&exactly=1"))
    assert said.all("strong"), (link, said.text)
    return number(text_of(said.all("strong")[0]))
