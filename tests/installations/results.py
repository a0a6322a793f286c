"""The table of results in docs/installations.md."""

from __future__ import annotations

from dataclasses import dataclass

from tests.commands.starts import REPOSITORY
from tests.installations.combinations import Combination

PAGE = REPOSITORY / "docs/installations.md"
BEGIN, END = "<!-- results: made by make installations ALL=1 -->", "<!-- /results -->"


@dataclass(frozen=True)
class Result:
    combination: Combination
    versions: dict[str, str]
    problem: str

    @property
    def works(self) -> bool:
        return not self.problem

    @property
    def row(self) -> str:
        theme = [
            f"{name} {version}"
            for name, version in self.versions.items()
            if name.lower() == self.combination.name.lower()
        ]
        what = theme[0] if theme else self.combination.name
        versions = [self.versions.get(name, "?") for name in ("Python", "Django", "PostgreSQL", "queue")]
        works = "yes, read-only" if self.combination.is_read_only else "yes"
        return f"| {' | '.join([what, *versions, works if self.works else '**no**'])} |"


def write(results: list[Result]) -> None:
    """Between the two marks; the text around them is written by people."""
    before, _begin, rest = PAGE.read_text().partition(BEGIN)
    _old, _end, after = rest.partition(END)
    head = ["| installation | Python | Django | PostgreSQL | queue | works |", "|---|---|---|---|---|---|"]
    rows = "\n".join([*head, *(one.row for one in results)])
    PAGE.write_text(f"{before}{BEGIN}\n{rows}\n{END}{after}")
