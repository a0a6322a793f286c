"""What is done once an hour about what patterns keep."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress

from django.db.models import Q

from dlq.db.statements import database_now, dicts
from dlq.models import CoarseKey, FailurePattern, PatternHour
from dlq.patterns.classifier import KEYS_KEPT_FOR, alone
from dlq.patterns.fingerprint.masking.payload_values import values_in
from dlq.patterns.merging import read_anew
from dlq.redaction.masked_columns import Raw, masked_json
from dlq.table.location import TABLE

TEXTS = ("title", "words", "sample_text", "sample_reason")


def purge_coarse_keys() -> int:
    """Delete old coarse keys, so that texts that never come back don't fill the cache; and hours that have no entries left."""

    def purge() -> int:
        PatternHour.objects.filter(entries__lte=0).delete()
        old, _by_model = CoarseKey.objects.filter(created_at__lt=database_now() - KEYS_KEPT_FOR).delete()
        return old

    return alone(purge)


def mask_kept_texts() -> int:
    """Patterns from before a rule of DLQ_REDACT lose what it masks, and are found by the masked errors that come now."""
    return alone(lambda: sum(map(_mask, _unmasked())))


def _unmasked() -> Iterable[FailurePattern]:
    """Each reads masked; those that were made of a document as that is masked."""
    reads_otherwise = Q()
    for name in TEXTS:
        reads_otherwise |= ~Q(**{name: Raw(name)})
    documents = _masked_documents()
    found = FailurePattern.objects.filter(reads_otherwise | Q(pk__any_of=list(documents))).order_by("pk")
    for pattern in found:
        pattern.sample_text = documents.get(pattern.pk, pattern.sample_text)
    return found


def _masked_documents() -> dict[int, str]:
    """Of each sample that is a whole document with something to be masked, as it is then."""
    samples = FailurePattern.objects.filter(sample_is_json=True).values_list("pk", Raw("sample_text"))
    documents = {number: text for number, text in samples if _is_document(text)}
    query = TABLE.statement("patterns/masked_samples", masked=masked_json("text::jsonb"))
    masked = dicts(query, {"ids": [*documents], "texts": [*documents.values()]})
    return {row["id"]: row["text"] for row in masked}


def _is_document(text: str) -> bool:
    with suppress(ValueError, RecursionError):
        json.loads(text)
        return True
    return False


def _mask(pattern: FailurePattern) -> int:
    pattern.sample_values = values_in(pattern.sample_text, pattern.sample_values)
    pattern.save(update_fields=(*TEXTS, "sample_values"))
    title = pattern.title
    read_anew(pattern)
    if pattern.merged.exists():
        # The whole is called by what all of it has.
        FailurePattern.objects.filter(pk=pattern.pk).update(title=title)
    return 1
