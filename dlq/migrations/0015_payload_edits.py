"""Edits of payloads: what an operation does to them, and what they were before. No row is written, and nothing is locked for long."""

import django.db.models.deletion
from django.db import migrations, models

import dlq.models.deletedentry


class Migration(migrations.Migration):

    dependencies = [
        ("dlq", "0014_saved_views"),
    ]

    operations = [
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
                    ("edit_payload_backfilldlq", "Can edit payloads of failed jobs and requeue them"),
                    ("see_redacted_backfilldlq", "Can see what is masked in failed jobs"),
                ),
                "verbose_name": "failed job",
                "verbose_name_plural": "failed jobs",
            },
        ),
        migrations.AddField("bulkoperation", "payload_edit", models.JSONField(null=True)),
        migrations.AddField("bulkoperation", "against_advice", models.BooleanField(default=False, db_default=False)),
        migrations.CreateModel(
            name="PayloadEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry_id", models.BigIntegerField()),
                ("original", dlq.models.deletedentry.PlainJson()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "operation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payload_edits",
                        to="dlq.bulkoperation",
                    ),
                ),
                (
                    "put_back_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dlq.bulkoperation",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["entry_id", "-id"], name="dlq_payload_edits_of_entry"),
                    models.Index(
                        condition=models.Q(("put_back_by__isnull", False)),
                        fields=["put_back_by"],
                        name="dlq_payloads_put_back",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("operation", "entry_id"), name="dlq_one_edit_per_entry")
                ],
            },
        ),
    ]
