"""Find people and groups by any part of their name: 53,000 practitioners in milliseconds."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

PRACTITIONERS = """
CREATE INDEX practitioner_by_any_name ON network_practitioner
USING gin (lower(family_name || ' ' || given_name) gin_trgm_ops)
"""
ORGANIZATIONS = "CREATE INDEX organization_by_any_name ON network_organization USING gin (lower(name) gin_trgm_ops)"
BY_CITY = "CREATE INDEX location_by_city ON network_location (lower(city) varchar_pattern_ops)"


class Migration(migrations.Migration):

    dependencies = [("network", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(PRACTITIONERS, "DROP INDEX practitioner_by_any_name"),
        migrations.RunSQL(ORGANIZATIONS, "DROP INDEX organization_by_any_name"),
        migrations.RunSQL(BY_CITY, "DROP INDEX location_by_city"),
    ]
