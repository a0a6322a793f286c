import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dlq', '0003_failure_patterns'),
    ]

    operations = [
        migrations.CreateModel(
            name='TableSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateTimeField()),
                ('seconds', models.FloatField()),
                ('total_jobs', models.BigIntegerField()),
                ('unique_tasks', models.BigIntegerField()),
                ('unique_queues', models.BigIntegerField()),
                ('avg_failure_count', models.FloatField()),
                ('total_requeued', models.BigIntegerField()),
                ('oldest_failure', models.DateTimeField(null=True)),
                ('newest_failure', models.DateTimeField(null=True)),
                ('task_breakdown', models.JSONField(default=list)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='requeue',
            name='priority',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='requeue',
            name='queue_name',
            field=models.TextField(null=True),
        ),
        migrations.AddIndex(
            model_name='bulkoperation',
            index=models.Index(fields=['created_at'], name='dlq_operation_when'),
        ),
        migrations.AddIndex(
            model_name='requeue',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['created_at'], name='dlq_requeue_when'),
        ),
    ]
