"""What a dimension is: something that failures are counted by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Dimension:
    """A property of entries, and how the list is filtered by one of its values.

    `column` is SQL over the entry `e` and what `joined` joins to it. For a Requeue `e`, which keeps its entry's properties,
    `joined_to_requeue` joins the same. What need not be asked for each entry is left to `value`, asked for each group.
    """

    name: str
    label: str
    plural: str
    column: str
    narrowed: Callable[[str], dict[str, str]]
    """The filter parameters for one value; empty where no filter can say it."""
    words: Callable[[Sequence[str]], Mapping[str, str]] = lambda values: {value: value for value in values}
    """What each of these values is called."""
    joined: str = ""
    """From `%(previous)s` to `%(end)s` the entries failed."""
    joined_to_requeue: str = ""
    value: str = "{column}"
    """SQL over the counted column and what `value_joined` joins to it: what it stands for."""
    value_joined: str = ""
    first_time: str = ""
    """SQL over the value: whether nothing had it before the window, whatever the filter."""
    nothing: str | None = None
    """The value of what has none: shown, but not counted as a value."""
    is_counted: bool = True
    """Whether the headline of distinct values has it."""
    has_titles: bool = False
    """Whether a value says nothing without its words."""
