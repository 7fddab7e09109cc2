import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Say with an event what the listener was doing and on what, and when a workspace is trained."""

    dependencies = [("prompts", "0005_prompt_limits")]

    operations = [
        migrations.AddField(
            "listeningevent",
            "activity",
            models.CharField(
                blank=True,
                choices=[
                    ("work", "Working or studying"),
                    ("rest", "Resting or falling asleep"),
                    ("move", "Exercising"),
                    ("travel", "On the way"),
                    ("company", "With people"),
                    ("listen", "Only listening"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "listeningevent",
            "device",
            models.CharField(
                blank=True,
                choices=[
                    ("phone", "Phone or tablet"),
                    ("computer", "Computer"),
                    ("speaker", "Loudspeaker or television"),
                    ("car", "Car"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            "TrainingSchedule",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("nightly", "Every night with new events"),
                            ("weekly", "Once a week, with new events"),
                            ("off", "Only by hand"),
                        ],
                        default="nightly",
                        max_length=10,
                    ),
                ),
                (
                    "workspace",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.workspace",
                    ),
                ),
            ],
        ),
    ]
