"""Edits are kept in a table of their own, sums of what was done in another one, and duties can go round by ids.

What Django's log has of edits is copied, with the names of those who made them; the log stays as it is.
"""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, migrations, models

MODELS = {"failurepattern": "pattern", "backfilldlq": "entry"}
NOTES_CHANGED = "Changed the notes; both texts are in the history of the failed job."
"""What the log said of notes saved on an entry's page, which have their own records."""

TRIGGERS = """
CREATE FUNCTION dlq_tally_done() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO dlq_tallypart (name, label, number)
    SELECT 'done', kind, sum(number)
    FROM (
        SELECT kind, done_count AS number FROM rows_after
        UNION ALL
        SELECT kind, -done_count FROM rows_before
    ) AS changes
    GROUP BY kind
    HAVING sum(number) <> 0;
    RETURN NULL;
END
$$;
CREATE FUNCTION dlq_tally_ended() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO dlq_tallypart (name, label, number)
    SELECT 'ended', outcome, sum(number)
    FROM (
        SELECT outcome, 1 AS number FROM rows_after
        UNION ALL
        SELECT outcome, -1 FROM rows_before
    ) AS changes
    WHERE outcome <> ''
    GROUP BY outcome
    HAVING sum(number) <> 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER dlq_tally_done AFTER UPDATE ON dlq_bulkoperation
    REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION dlq_tally_done();
CREATE TRIGGER dlq_tally_ended AFTER UPDATE ON dlq_requeue
    REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION dlq_tally_ended();
-- The triggers hold back writers until the migration is committed: what is there now is counted once, here.
INSERT INTO dlq_tallypart (name, label, number)
SELECT 'done', kind, sum(done_count) FROM dlq_bulkoperation GROUP BY kind HAVING sum(done_count) <> 0
UNION ALL
SELECT 'ended', outcome, count(*) FROM dlq_requeue WHERE outcome <> '' GROUP BY outcome;
"""
NO_TRIGGERS = """
DROP TRIGGER dlq_tally_done ON dlq_bulkoperation;
DROP TRIGGER dlq_tally_ended ON dlq_requeue;
DROP FUNCTION dlq_tally_done(), dlq_tally_ended();
"""


def copy_log(apps, schema_editor):
    if schema_editor.connection.alias != DEFAULT_DB_ALIAS:
        return  # Django's log is elsewhere, and was never ours: the versions that wrote there knew the default database only
    EditRecord = apps.get_model("dlq", "EditRecord")
    log = (
        apps.get_model("admin", "LogEntry")
        .objects.filter(content_type__app_label="dlq", content_type__model__in=MODELS, object_id__regex=r"^\d{1,18}$")
        .exclude(change_message=NOTES_CHANGED)
        .order_by("pk")
    )
    name = f"user__{get_user_model().USERNAME_FIELD}"
    columns = "content_type__model", "object_id", name, "change_message", "action_time"
    EditRecord.objects.bulk_create(
        (
            EditRecord(
                kind=MODELS[model],
                object_id=int(number),
                actor=actor,
                changes=[{"label": "", "before": "", "after": message}],
                created_at=time,
            )
            for model, number, actor, message, time in log.values_list(*columns).iterator()
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):

    dependencies = [
        ("dlq", "0006_words"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EditRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("pattern", "failure pattern"), ("entry", "failed job")], max_length=20),
                ),
                ("object_id", models.BigIntegerField()),
                ("actor", models.CharField(max_length=200)),
                ("changes", models.JSONField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["kind", "object_id", "-id"], name="dlq_edits_of_object")],
            },
        ),
        migrations.RunPython(copy_log, migrations.RunPython.noop),
        migrations.CreateModel(
            name="TallyPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("done", "entries that operations acted on, by kind"),
                            ("ended", "requeues that ended, by outcome"),
                        ],
                        max_length=10,
                    ),
                ),
                ("label", models.CharField(max_length=20)),
                ("number", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.AddField(
            model_name="dutyprogress",
            name="after",
            field=models.BigIntegerField(default=0),
        ),
    ]
