"""How all requeues ended that were ever made here."""

from __future__ import annotations

from django.db.models import Sum

from dlq.models import TallyPart
from dlq.outcomes.recovery_rate import Recovery


def recovery_of_all() -> Recovery:
    """From the sums, which outlive the records of the requeues; what has not ended is in none of them."""
    sums = TallyPart.objects.filter(name=TallyPart.Name.ENDED).values_list("label").annotate(Sum("number"))
    return Recovery.of(dict(sums))
