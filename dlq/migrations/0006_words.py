"""Names and words of the program only: no table changes.

The kinds of operations are a registry of the program's, outcomes are worded otherwise, and some columns and a table have
other names in Python than in the database.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dlq", "0005_entries_by_time"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="bulkoperation",
                    name="kind",
                    field=models.CharField(max_length=20),
                ),
                migrations.AlterField(
                    model_name="requeue",
                    name="outcome",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("", "not known yet"),
                            ("recovered", "finished, did not come back"),
                            ("failed_again", "failed again"),
                            ("gone", "recalled or replaced"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                migrations.RenameField(model_name="failurepattern", old_name="owner", new_name="assignee"),
                migrations.AlterField(
                    model_name="failurepattern",
                    name="assignee",
                    field=models.CharField(blank=True, db_column="owner", max_length=150),
                ),
                migrations.RenameModel(old_name="SortingState", new_name="ClassifierState"),
                migrations.AlterModelTable(name="classifierstate", table="dlq_sortingstate"),
                migrations.RenameField(model_name="classifierstate", old_name="sorted_at", new_name="grouped_at"),
                migrations.AlterField(
                    model_name="classifierstate",
                    name="grouped_at",
                    field=models.DateTimeField(db_column="sorted_at", null=True),
                ),
            ],
        ),
    ]
