-- The coarse key of entry `e` with `error.text`. Newer rules must not find the answers of older ones, hence the version.
-- Each word with a digit is masked; one that may tell failures apart (the first group of the expression) stays, before its mask;
-- what such a word says at its end (the second group) stays behind it.
md5(
    concat_ws(E'\x1f', %(version)s, error.is_json, e.task_identifier, regexp_replace(error.text, %(words)s, '\1<*>\2', 'g'))
)::uuid
