"""Which failures are the same: a fingerprint of an error's text, made of what does not change from case to case.

Two stages. PostgreSQL makes a coarse key of every entry (`patterns/coarse_key.sql`): the text with each word that
has a digit masked. For each key that is new, Python reads one entry closely and makes the fingerprint, and the answer is
remembered. Equal keys must therefore mean equal fingerprints: what the fingerprint looks at, the key keeps (`tokens`).
"""

from dlq.patterns.fingerprint.fingerprints import VERSION, Fingerprint, fingerprint, fingerprint_of_text

__all__ = ["VERSION", "Fingerprint", "fingerprint", "fingerprint_of_text"]
