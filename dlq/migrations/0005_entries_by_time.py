from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dlq', '0004_statistics'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entrypattern',
            index=models.Index(fields=['failed_at'], name='dlq_entries_by_time'),
        ),
    ]
