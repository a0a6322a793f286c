"""What is seen of a requeued job in the queue, and outcomes that can't be called recovered.

No row is written, and the index, of no rows yet, is made beside writers.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("dlq", "0011_other_tasks"),
    ]

    operations = [
        migrations.AddField("requeue", "has_key", models.BooleanField(null=True)),
        migrations.AddField("requeue", "attempts_left", models.IntegerField(null=True)),
        migrations.AddField("requeue", "seen_running", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("requeue", "exhausted_at", models.DateTimeField(null=True)),
        migrations.AddField("requeue", "is_uncertain", models.BooleanField(default=False, db_default=False)),
        migrations.AlterField(
            "requeue",
            "outcome",
            models.CharField(
                blank=True,
                choices=[
                    ("", "not known yet"),
                    ("recovered", "finished, did not come back"),
                    ("failed_again", "failed again"),
                    ("lost", "failed, and was lost"),
                    ("unknown", "left the queue unseen"),
                    ("gone", "recalled or replaced"),
                ],
                default="",
                max_length=20,
            ),
        ),
        AddIndexConcurrently(
            "requeue",
            models.Index(
                fields=["settled_at"],
                name="dlq_requeue_uncertain",
                condition=models.Q(outcome="failed_again", is_uncertain=True),
            ),
        ),
    ]
