"""The colour of a value in a chart: its own, whatever its rank, so that it stays when the window changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

COLOURS = 12
"""In static/dlq/statistics.css. More can't be told apart."""
TEXTURES = 5
"""In statistics/textures.html: enough for one chart's values if all had the same colour."""


@dataclass(frozen=True)
class Look:
    """`colour` ends the name of a class. `texture`: the number of a pattern of lines over it; 0 for none."""

    colour: str
    texture: int = 0


NEUTRAL = Look("none")
"""Of what stands for several values."""


def looks(values: Iterable[str]) -> dict[str, Look]:
    """Of each value that a chart shows. Of those with the same colour all but the first by name have a texture, too."""
    found: dict[str, Look] = {}
    had: Counter[int] = Counter()
    for value in sorted(values):
        colour = crc32(value.encode(errors="surrogatepass")) % COLOURS
        found[value] = Look(str(colour), had[colour] and 1 + (had[colour] - 1) % TEXTURES)
        had[colour] += 1
    return found
