"""A requeue's choice to replace jobs of other tasks; earlier failures of an entry; the oldest entry that nobody requeued.

Columns that are null or have a constant default: no row is written.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dlq", "0010_chains")]

    operations = [
        migrations.AddField("bulkoperation", "also_other_tasks", models.BooleanField(db_default=False)),
        migrations.AddField("requeue", "failed_at", models.DateTimeField(null=True)),
        migrations.AddField("requeue", "replaced_task", models.CharField(db_default="", max_length=200)),
        migrations.AddField("tablesnapshot", "oldest_not_requeued", models.DateTimeField(null=True)),
    ]
