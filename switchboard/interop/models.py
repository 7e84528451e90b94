"""Tables of imports: each run, and each line it refused. Private."""

from django.db import models
from django.utils import timezone


class ImportRun(models.Model):
    """One file (or folder) read: what it was, how it went."""

    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=200)
    name = models.CharField(max_length=300, help_text="The file's name, without its folder")
    digest = models.CharField(max_length=64, blank=True)
    mode = models.CharField(max_length=12, help_text="all or good: refuse the file, or only its bad lines")
    dry_run = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=12, default="running", help_text="waiting, running, done, refused, failed"
    )
    counts = models.JSONField(default=dict)
    problem = models.CharField(max_length=400, blank=True)
    problem_code = models.CharField(
        max_length=40, blank=True, help_text="Which refusal; a page may offer a way"
    )
    source_kind = models.CharField(max_length=20, blank=True, help_text="For a source seen the first time")
    upload = models.UUIDField(null=True, help_text="Its folder among the uploads, while that is kept")
    by = models.ForeignKey("platform.User", null=True, on_delete=models.PROTECT, related_name="+")


class ImportReject(models.Model):
    """A line that was refused: where, which rule, how to mend it. Never the value."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rejects")
    file = models.CharField(max_length=300)
    line = models.IntegerField()
    column = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=40)
    hint = models.CharField(max_length=300)
    severity = models.CharField(max_length=8, default="error", help_text="error or warning")
