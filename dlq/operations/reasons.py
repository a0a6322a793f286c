"""Why an entry was left as it was: a code for the records, and its wording for support staff."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why one entry was skipped or failed. `about` is what its wording names: a job, an entry, a column, an error."""

    code: str
    about: str = ""


@dataclass(frozen=True)
class Wording:
    """Of a code: the sentence for one entry, with `{about}`; and one for many, where the first names something of one."""

    one: str
    many: str = ""


COMMON: dict[str, Wording] = {
    "gone": Wording("it is no longer here, or failed again since the confirmation page was shown"),
    "locked": Wording("it was being changed by somebody else"),
    "refused": Wording("the database refused it: {about}", "the database refused them"),
    "suppressed": Wording("a trigger of the table's owner kept it as it was"),
    "": Wording("{about}", "other reasons"),
}
"""What any kind of operation may meet. The empty code is of older records. The others belong to their kind."""
