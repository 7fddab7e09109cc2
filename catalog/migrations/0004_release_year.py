from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_work_and_writer_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="release",
            name="release_year",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
