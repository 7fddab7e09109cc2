from django.db import migrations, models


class Migration(migrations.Migration):
    """Keep, with each prompt, the limits it was asked with and what each of them cost."""

    dependencies = [("prompts", "0004_prompt_packs")]

    operations = [
        migrations.AddField("prompt", "limits", models.JSONField(default=dict)),
        migrations.AddField("prompt", "effects", models.JSONField(default=list)),
    ]
