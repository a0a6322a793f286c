"""A value keeps its colour in the chart, whatever its rank and whatever window it is looked at in."""

from __future__ import annotations

import math
import re
from itertools import combinations
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

import dlq
from dlq.statistics.charts.colours import COLOURS, TEXTURES, looks
from dlq.statistics.counting import SERIES
from tests.support.entries import add_entries
from tests.support.pages import STATISTICS, SVG, Page, get, text_of

STYLES = (Path(dlq.__file__).parent / "static/dlq/statistics.css").read_text()


def legend(page: Page) -> dict[str, tuple[str, str]]:
    """The colour and the texture of each name."""

    def look(line: Element) -> tuple[str, str]:
        rects = list(line.iter(f"{SVG}rect"))
        return rects[0].get("class", ""), "".join(rect.get("fill", "") for rect in rects[1:])

    (found,) = page.all("ul", class_="dlq-legend")
    return {re.sub(r" [\d,]+$", "", text_of(line)): look(line) for line in found.iter("li")}


@pytest.mark.django_db
def test_task_keeps_its_colour_when_the_window_and_its_rank_change(boss: Client) -> None:
    for number in range(8):
        task = f"'task {number}'"
        add_entries(10 + number, failed_at="now() - interval '20 minutes'", task_identifier=task)
        add_entries(30 - 3 * number, failed_at="now() - interval '2 days'", task_identifier=task)
    hour, week = (legend(get(boss, STATISTICS, window=window)) for window in ("1h", "7d"))
    assert next(iter(hour)) == "task 7"
    assert next(iter(week)) == "task 0"
    both = (hour.keys() & week.keys()) - {"2 others"}
    assert len(both) >= 4
    assert {name: hour[name][0] for name in both} == {name: week[name][0] for name in both}
    for shown in (hour, week):
        assert len(set(shown.values())) == SERIES + 1
        assert shown["2 others"] == ("dlq-colour-none", "")


@given(st.lists(st.text(), unique=True, max_size=SERIES))
def test_values_of_a_chart_look_different_and_each_has_its_own_colour(values: list[str]) -> None:
    found = looks(values)
    assert len(set(found.values())) == len(values)
    for value in values:
        assert found[value].colour == looks([value])[value].colour
        assert looks(reversed(values)) == found


def test_textures_are_enough_when_all_have_the_same_colour() -> None:
    alike = [name for name in map(str, range(1000)) if looks([name])[name].colour == "0"][:SERIES]
    assert len(set(looks(alike).values())) == SERIES == TEXTURES + 1


def themes() -> tuple[dict[str, str], dict[str, str]]:
    """The colours of the light and of the dark."""
    found = re.findall(r"\.dlq-colour-(\w+) \{ fill: light-dark\((#\w{6}), (#\w{6})\); \}", STYLES)
    return {name: light for name, light, _dark in found}, {name: dark for name, _light, dark in found}


def linear(colour: str) -> list[float]:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def oklab(colour: str) -> list[float]:
    """Björn Ottosson's colour space, in which distances are about those that people see."""
    red, green, blue = linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return [
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    ]


def contrast(one: str, other: str) -> float:
    """As WCAG defines it."""
    darker, lighter = sorted(
        sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True)) for c in (one, other)
    )
    return (lighter + 0.05) / (darker + 0.05)


def test_colours_can_be_told_apart_and_stand_out_in_the_light_and_in_the_dark() -> None:
    light, dark = themes()
    for colours, ground in ((light, "#ffffff"), (dark, "#121212")):
        assert len(colours) == COLOURS + 1
        assert min(contrast(colour, ground) for colour in colours.values()) >= 3
        named = [oklab(colour) for name, colour in colours.items() if name != "none"]
        assert min(math.dist(one, other) for one, other in combinations(named, 2)) > 0.1
