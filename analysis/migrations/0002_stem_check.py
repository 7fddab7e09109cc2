import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analysis", "0001_initial"),
        ("catalog", "0011_audio_preview"),
    ]

    operations = [
        migrations.AlterField(
            model_name="suggestion",
            name="facet",
            field=models.CharField(
                choices=[
                    ("genre", "Genre"),
                    ("mood", "Mood"),
                    ("activity", "Good for"),
                    ("theme", "About"),
                    ("instrument", "Instrument"),
                    ("vocals", "Vocals"),
                    ("property", "Property"),
                    ("tempo", "Tempo"),
                    ("key", "Key"),
                    ("stem_role", "Stem"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="StemCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recordings", models.CharField(max_length=64)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("woken_at", models.DateTimeField(blank=True, null=True)),
                ("is_done", models.BooleanField(default=False)),
                ("error", models.TextField(blank=True)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "track",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stem_check",
                        to="catalog.track",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.workspace",
                    ),
                ),
            ],
        ),
    ]
