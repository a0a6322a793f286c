"""Views of the list that people keep: two new tables, and a permission. And a choice in the screen's words."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("dlq", "0013_redaction"),
    ]

    operations = [
        migrations.CreateModel(
            name="DefaultView",
            fields=[
                ("owner", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("view", models.CharField(max_length=40)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=60)),
                ("query", models.TextField()),
                ("is_shared", models.BooleanField(default=False, db_default=False)),
            ],
            options={
                "permissions": (("share_savedview", "Can share views of the list with everybody"),),
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="dlq_view_of_owner")],
            },
        ),
        migrations.AlterField(
            "bulkoperation",
            "key_policy",
            models.CharField(
                choices=[
                    ("skip", "skip the failed job and report it"),
                    ("replace", "replace the job that has the key"),
                    ("drop", "requeue without the key"),
                ],
                default="skip",
                max_length=20,
            ),
        ),
    ]
