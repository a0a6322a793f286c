"""Functions that mask a document or a text, the right to see what is masked, and who an operation's filter is read for.

The functions take the rules as a parameter, so that a change of DLQ_REDACT needs no migration.
"""

from django.db import migrations, models

FUNCTIONS = r"""
CREATE FUNCTION dlq_is_card(number text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT sum(CASE WHEN place % 2 = 1 THEN digit ELSE 2 * digit - 9 * (digit > 4)::int END) % 10 = 0
    FROM (
        SELECT row_number() OVER (ORDER BY n DESC) AS place, substr(digits, n, 1)::int AS digit
        FROM (SELECT regexp_replace(number, '[^0-9]', '', 'g') AS digits OFFSET 0) AS plain
        CROSS JOIN LATERAL generate_series(1, length(digits)) AS n
    ) AS numbered
$$;

-- A text with its secrets masked, by the steps that dlq/redaction/steps.py makes of the rules.
CREATE FUNCTION dlq_redacted_text(whole text, rules jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    step jsonb;
    card text;
BEGIN
    IF whole !~* (rules ->> 'hit') THEN
        RETURN whole;
    END IF;
    FOR step IN SELECT value FROM jsonb_array_elements(rules -> 'steps') LOOP
        IF strpos(whole, step ->> 2) > 0 THEN
            whole := regexp_replace(whole, replace(step ->> 0, '<key>', rules ->> 'within'), step ->> 1, 'g');
        END IF;
    END LOOP;
    IF rules ->> 'cards' IS NOT NULL THEN
        FOR card IN
            SELECT DISTINCT found.number
            FROM regexp_matches(whole, '(' || replace(replace(rules ->> 'cards', '\2', '\3'), '\1', '\2') || ')', 'g') AS parts
            CROSS JOIN LATERAL (SELECT parts[1] AS number) AS found
            WHERE dlq_is_card(found.number)
        LOOP
            whole := regexp_replace(whole, '(?<![0-9a-fA-F.-])' || card || '(?![0-9a-fA-F-])', '[masked: card]', 'g');
        END LOOP;
    END IF;
    RETURN whole;
END
$$;

-- A document with its secrets masked: whatever a key or a path of a rule names, of whatever type, becomes a mask; texts are
-- masked as above, documents within texts as documents. `paths` are what is left of the paths that lead here.
CREATE FUNCTION dlq_redacted_json(document jsonb, rules jsonb, paths jsonb, depth integer) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    plain text;
    inner_document jsonb;
    masked jsonb;
BEGIN
    IF paths = '[]' AND document::text !~* (rules ->> 'hit') THEN
        RETURN document;
    END IF;
    -- Each level takes of PostgreSQL's stack.
    IF depth > 100 THEN
        RETURN '"[masked: too deep]"';
    END IF;
    CASE jsonb_typeof(document)
    WHEN 'object' THEN
        RETURN (
            SELECT coalesce(jsonb_object_agg(
                dlq_redacted_text(member.key, rules),
                CASE
                    WHEN named.label <> '' THEN to_jsonb('[masked: ' || named.label || ']')
                    WHEN led.label IS NOT NULL THEN to_jsonb('[masked: ' || led.label || ']')
                    ELSE dlq_redacted_json(member.value, rules, led.paths, depth + 1)
                END
            ), '{}')
            FROM jsonb_each(document) AS member
            CROSS JOIN LATERAL (
                SELECT CASE WHEN member.key ~* (rules ->> 'hit') THEN concat(VARIADIC regexp_match(member.key, rules ->> 'key')) END
            ) AS named (label)
            CROSS JOIN LATERAL (
                SELECT coalesce(jsonb_agg(path - 0) FILTER (WHERE jsonb_array_length(path) > 2), '[]') AS paths,
                       min(path ->> -1) FILTER (WHERE jsonb_array_length(path) = 2) AS label
                FROM jsonb_array_elements(paths) AS path
                WHERE path ->> 0 IN (member.key, '*')
            ) AS led
        );
    WHEN 'array' THEN
        -- A path leads through the elements of an array, and a * may also stand for an element.
        RETURN (
            SELECT coalesce(jsonb_agg(
                CASE
                    WHEN led.label IS NOT NULL THEN to_jsonb('[masked: ' || led.label || ']')
                    ELSE dlq_redacted_json(element.value, rules, led.paths, depth + 1)
                END
                ORDER BY element.ordinality
            ), '[]')
            FROM jsonb_array_elements(document) WITH ORDINALITY AS element
            CROSS JOIN (
                SELECT paths || coalesce(jsonb_agg(path - 0) FILTER (WHERE jsonb_array_length(path) > 2), '[]') AS paths,
                       min(path ->> -1) FILTER (WHERE jsonb_array_length(path) = 2) AS label
                FROM jsonb_array_elements(paths) AS path
                WHERE path ->> 0 = '*'
            ) AS led
        );
    WHEN 'string' THEN
        plain := document #>> '{}';
        IF plain ~ '^[ \t\r\n]*[[{"]' THEN
            BEGIN
                inner_document := plain::jsonb;
                masked := dlq_redacted_json(inner_document, rules, '[]', depth + 1);
                RETURN CASE WHEN masked = inner_document THEN document ELSE to_jsonb(masked::text) END;
            EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
                NULL;  -- It only looks like a document.
            END;
        END IF;
        RETURN to_jsonb(dlq_redacted_text(plain, rules));
    WHEN 'number' THEN
        plain := dlq_redacted_text(document::text, rules);
        RETURN CASE WHEN plain = document::text THEN document ELSE to_jsonb(plain) END;
    ELSE
        RETURN document;
    END CASE;
END
$$;

-- A `json` value masked. It may have what no jsonb has (\u0000, 1e200000); then its text is masked, as a string if need be.
CREATE FUNCTION dlq_redacted_plain_json(whole json, rules jsonb, paths jsonb) RETURNS json
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    masked text;
BEGIN
    BEGIN
        RETURN dlq_redacted_json(whole::jsonb, rules, paths, 0)::json;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        masked := dlq_redacted_text(whole::text, rules);
    END;
    BEGIN
        RETURN masked::json;
    EXCEPTION WHEN data_exception THEN
        RETURN to_json(masked);
    END;
END
$$;
"""
DROP = """
DROP FUNCTION dlq_redacted_plain_json(json, jsonb, jsonb), dlq_redacted_json(jsonb, jsonb, jsonb, integer),
    dlq_redacted_text(text, jsonb), dlq_is_card(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dlq", "0012_outcomes"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        migrations.AlterModelOptions(
            name="backfilldlq",
            options={
                "default_permissions": ("view", "delete"),
                "managed": False,
                "ordering": ("-failed_at", "-id"),
                "permissions": (
                    ("annotate_backfilldlq", "Can write notes on failed jobs"),
                    ("requeue_backfilldlq", "Can requeue failed jobs"),
                    ("export_backfilldlq", "Can export failed jobs"),
                    ("see_redacted_backfilldlq", "Can see what is masked in failed jobs"),
                ),
                "verbose_name": "failed job",
                "verbose_name_plural": "failed jobs",
            },
        ),
        migrations.AlterField(
            "editrecord",
            "kind",
            models.CharField(
                choices=[
                    ("pattern", "failure pattern"),
                    ("entry", "failed job"),
                    ("seen", "masked values of a failed job"),
                    ("export", "export with masked values"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField("bulkoperation", "sees_all", models.BooleanField(db_default=False, default=False)),
    ]
