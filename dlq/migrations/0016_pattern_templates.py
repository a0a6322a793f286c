"""Templates and their patterns, and what people decide about them.

The generated column writes the table of patterns anew: it has a row for each template, not for each failure.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dlq', '0015_payload_edits'),
    ]

    operations = [
        migrations.CreateModel(
            name='PatternDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('merge', 'merged'), ('split', 'split')], max_length=10)),
                ('placed_before', models.JSONField()),
                ('written_before', models.JSONField(null=True)),
                ('written_after', models.JSONField(null=True)),
                ('actor', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField()),
                ('undone_by', models.CharField(blank=True, max_length=200)),
                ('undone_at', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='failurepattern',
            name='kind',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='failurepattern',
            name='placed_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='failurepattern',
            name='sample_values',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='failurepattern',
            name='whole_id',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Coalesce('merged_into', 'id'), output_field=models.BigIntegerField()),
        ),
        migrations.AddField(
            model_name='failurepattern',
            name='words',
            field=models.TextField(db_default='', default=''),
        ),
        migrations.AddIndex(
            model_name='failurepattern',
            index=models.Index(fields=['whole_id'], name='dlq_templates_of_pattern'),
        ),
        migrations.AddField(
            model_name='patterndecision',
            name='part',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='dlq.failurepattern'),
        ),
        migrations.AddField(
            model_name='patterndecision',
            name='whole',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='dlq.failurepattern'),
        ),
    ]
