"""What can be wrong with a database: a sentence each, and another on who can do something about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`status`: 503 is over by itself or when somebody has done something; for 500 somebody has to look into it."""

    sentence: str
    remedy: str
    title: str = "The database can’t answer now"
    status: int = 503
    detail: str = ""
    """The database's own words, for who mends it."""
    tells_detail: bool = False
    """Whether a page shows them. Where nobody was let in they name hosts and roles, and nobody has logged in yet."""

    @property
    def words(self) -> str:
        """All of it in one line, for a log or a terminal."""
        return f"{self.sentence} {self.remedy}" + (f" ({self.detail})" if self.detail else "")


ADMINISTRATOR = "Whoever runs the database can help."
CHECKS = "The system checks (manage.py check --database default) say more."

AWAY = Fault("The database does not answer: it is stopped, restarting, or out of reach.", ADMINISTRATOR)
NO_CONNECTION = Fault("The database has no free connection.", f"{ADMINISTRATOR} Often it is over in a moment.")
NO_ROOM = Fault("The database has run out of disk space or memory.", ADMINISTRATOR)
READ_ONLY = Fault("The database takes no changes at present: it is read-only, or a standby.", ADMINISTRATOR)
REFUSED = Fault(
    "The database does not let this application in: its password, role or database name is refused.", ADMINISTRATOR
)
BROKEN = Fault("The database reports damaged data or an error of its disk.", ADMINISTRATOR)
NO_RIGHT = Fault(
    "The database role of this application lacks a right.",
    f"{ADMINISTRATOR} docs/running.md lists the rights.",
    tells_detail=True,
)
LOCKED = Fault(
    "Somebody else holds what this page needs: a long change of the table, say. Nothing was changed.",
    "Try again in a moment.",
    title="Held by somebody else",
)
BUSY = Fault(
    "Several people are searching or exporting at this moment, and no more can at once.",
    "Try again in a moment. A search that an index answers does not have to wait.",
    title="Busy, try again in a moment",
)
TOO_SLOW = Fault(
    "The database needed too long for this, and was stopped.", "Try again in a moment.", title="This takes too long"
)
NOT_MIGRATED = Fault(
    "The database lacks what a migration makes.",
    "Whoever runs this application can help: run manage.py migrate.",
    title="The database is not up to date",
    tells_detail=True,
)
MISSING = Fault(
    "The table or the queue is not there.",
    f"Whoever moved it can help. {CHECKS}",
    title="Something is missing",
    tells_detail=True,
)
ALTERED = Fault(
    "The table or the queue is not as this application needs it.",
    f"Whoever changed it can help. {CHECKS}",
    title="The table was altered",
    status=500,
    tells_detail=True,
)
