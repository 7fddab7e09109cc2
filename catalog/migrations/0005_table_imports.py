import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_release_year"),
    ]

    operations = [
        migrations.CreateModel(
            name="TableImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("file_name", models.CharField(max_length=255)),
                ("byte_size", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("reading", "Reading the file"),
                            ("mapping", "To be mapped"),
                            ("checking", "Checking every row"),
                            ("checked", "Checked"),
                            ("waiting", "Waits for approval"),
                            ("applying", "Writing"),
                            ("done", "Done"),
                            ("failed", "Refused"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="reading",
                        max_length=10,
                    ),
                ),
                ("error", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("found", models.JSONField(blank=True, default=dict)),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("counts", models.JSONField(blank=True, default=dict)),
                (
                    "change_set",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="imports",
                        to="catalog.changeset",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="catalog.workspace",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("new", "New track"),
                            ("change", "Changes"),
                            ("same", "No change"),
                            ("doubt", "To decide"),
                            ("problem", "Problem"),
                            ("left_out", "Left out"),
                        ],
                        max_length=8,
                    ),
                ),
                ("has_notes", models.BooleanField(default=False)),
                ("label", models.CharField(max_length=300)),
                ("how", models.CharField(blank=True, max_length=8)),
                ("track_id", models.BigIntegerField(null=True)),
                ("release_key", models.CharField(blank=True, max_length=320)),
                ("decided", models.BooleanField(default=False)),
                ("texts", models.JSONField(default=list)),
                ("notes", models.JSONField(default=dict)),
                ("values", models.JSONField(default=dict)),
                ("before", models.JSONField(default=dict)),
                ("candidates", models.JSONField(default=list)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.workspace",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="catalog.tableimport",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ImportMemory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("headings_sha256", models.CharField(max_length=64)),
                ("mapping", models.JSONField(default=dict)),
                ("settings", models.JSONField(default=dict)),
                ("file_name", models.CharField(max_length=255)),
                ("used_at", models.DateTimeField(auto_now=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="catalog.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "headings_sha256"), name="import_memory_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TableExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "form",
                    models.CharField(
                        choices=[("xlsx", "Excel (XLSX)"), ("csv", "CSV (UTF-8)")], max_length=4
                    ),
                ),
                ("columns", models.JSONField(default=list)),
                ("track_ids", models.JSONField(default=list)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Writing"),
                            ("done", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("error", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("left_out_count", models.PositiveIntegerField(default=0)),
                ("file_name", models.CharField(blank=True, max_length=120)),
                ("data", models.BinaryField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="catalog.workspace",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["workspace", "-id"], name="export_newest")],
            },
        ),
        migrations.AddIndex(
            model_name="tableimport",
            index=models.Index(fields=["workspace", "-id"], name="import_newest"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["table", "verdict", "number"], name="import_row_verdict"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("table", "number"), name="import_row_once"),
        ),
    ]
