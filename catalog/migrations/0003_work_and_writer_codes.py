from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_upload_lease"),
    ]

    operations = [
        migrations.AddField(
            model_name="artist",
            name="ipi",
            field=models.CharField("IPI name number", blank=True, max_length=11),
        ),
        migrations.AddField(
            model_name="track",
            name="iswc",
            field=models.CharField("ISWC", blank=True, max_length=11),
        ),
        migrations.AddField(
            model_name="track",
            name="title_language",
            field=models.CharField(blank=True, max_length=35),
        ),
        migrations.AlterField(
            model_name="artist",
            name="isni",
            field=models.CharField("ISNI", blank=True, max_length=16),
        ),
    ]
