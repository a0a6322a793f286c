"""What is masked: secrets and personal data stay out of sight of whoever may not see them. The table is never changed by it.

`rules` reads DLQ_REDACT, `steps` turns it into regular expressions, `documents` masks columns in SQL, `texts` what Python has.
"""
