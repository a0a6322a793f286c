import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dlq', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DutyProgress',
            fields=[
                ('duty', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('reached', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EntryNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_id', models.BigIntegerField()),
                ('text', models.TextField(blank=True)),
                ('replaced', models.TextField(blank=True)),
                ('actor', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AlterModelOptions(
            name='deletedentry',
            options={'default_permissions': (), 'verbose_name': 'trashed job'},
        ),
        migrations.RemoveConstraint(
            model_name='requeue',
            name='dlq_one_requeue_per_entry',
        ),
        migrations.RenameField(
            model_name='operationentry',
            old_name='reason',
            new_name='about',
        ),
        migrations.RenameField(
            model_name='bulkoperation',
            old_name='restores',
            new_name='undoes',
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='advanced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='also_on_their_way',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='also_recovered',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='canary_minutes',
            field=models.IntegerField(default=15),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='canary_needed',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='canary_size',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='max_attempts',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='next_run_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='priority',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='queue_name',
            field=models.CharField(max_length=128, null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='replace_notes',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='run_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='spread',
            field=models.DurationField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='state_reason',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='bulkoperation',
            name='undoes',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='dlq.bulkoperation'),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='watching_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='bulkoperation',
            name='work_seconds',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='operationentry',
            name='code',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='requeue',
            name='outcome',
            field=models.CharField(blank=True, choices=[('', 'not known yet'), ('recovered', 'finished, did not come back'), ('failed_again', 'failed again'), ('gone', 'taken back or replaced')], default='', max_length=20),
        ),
        migrations.AddField(
            model_name='requeue',
            name='returned_as',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='requeue',
            name='run_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        # Until now every requeued job was due at once.
        migrations.RunSQL('UPDATE dlq_requeue SET run_at = created_at', migrations.RunSQL.noop),
        migrations.AddField(
            model_name='requeue',
            name='settled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='requeue',
            name='task_identifier',
            field=models.CharField(default='', max_length=200),
        ),
        migrations.AlterField(
            model_name='bulkoperation',
            name='kind',
            field=models.CharField(choices=[('requeue', 'requeue'), ('delete', 'delete'), ('note', 'note'), ('restore', 'restore'), ('recall', 'take back')], max_length=20),
        ),
        migrations.AlterField(
            model_name='bulkoperation',
            name='state',
            field=models.CharField(choices=[('running', 'running'), ('watching', 'watching the first ones'), ('paused', 'paused'), ('cancelled', 'cancelled'), ('done', 'done')], default='running', max_length=20),
        ),
        migrations.AlterField(
            model_name='deletedentry',
            name='operation',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deleted_entries', to='dlq.bulkoperation'),
        ),
        migrations.AlterField(
            model_name='operationentry',
            name='operation',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='dlq.bulkoperation'),
        ),
        migrations.AlterField(
            model_name='requeue',
            name='operation',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='requeues', to='dlq.bulkoperation'),
        ),
        migrations.AddIndex(
            model_name='bulkoperation',
            index=models.Index(condition=models.Q(('state__in', ('running', 'watching'))), fields=['id'], name='dlq_operation_under_way'),
        ),
        migrations.AddIndex(
            model_name='deletedentry',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['operation', 'deleted_at'], name='dlq_deletion_time'),
        ),
        migrations.AddIndex(
            model_name='requeue',
            index=models.Index(condition=models.Q(('outcome', '')), fields=['id'], name='dlq_requeue_unsettled'),
        ),
        migrations.AddConstraint(
            model_name='requeue',
            constraint=models.UniqueConstraint(fields=('operation', 'entry_id'), include=('outcome',), name='dlq_one_requeue_per_entry'),
        ),
        migrations.AddField(
            model_name='entrynote',
            name='operation',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='dlq.bulkoperation'),
        ),
        migrations.AddIndex(
            model_name='entrynote',
            index=models.Index(fields=['entry_id', '-id'], name='dlq_notes_of_entry'),
        ),
        migrations.RemoveConstraint(
            model_name='deletedentry',
            name='dlq_one_deletion_per_entry',
        ),
        migrations.RemoveIndex(
            model_name='deletedentry',
            name='dlq_deletion_of_entry',
        ),
        migrations.AddConstraint(
            model_name='deletedentry',
            constraint=models.UniqueConstraint(fields=('entry_id', 'operation'), name='dlq_one_deletion_per_entry'),
        ),
    ]
