"""A name or an address is one word: turn the words kept of a family name or a street into those.

Where a word is what the record holds, it speaks for the whole name or address; another source's other word is
kept for the part it spoke of.
"""

from django.db import migrations

NAMES = """
UPDATE network_fieldevidence e SET field = 'name', value = CASE WHEN e.value = to_jsonb(p.family_name)
  THEN jsonb_build_object('family_name', p.family_name, 'given_name', p.given_name)
  ELSE jsonb_build_object('family_name', e.value) END
FROM network_practitioner p WHERE e.kind = 'practitioner' AND e.field = 'family_name' AND p.id = e.subject_id
"""
ADDRESSES = """
UPDATE network_fieldevidence e SET field = 'address', value = CASE WHEN e.value = to_jsonb(l.address_line)
  THEN jsonb_strip_nulls(jsonb_build_object('address_line', l.address_line, 'city', l.city, 'state', l.state,
    'zip5', l.zip5, 'county_fips', l.county_fips, 'latitude', l.latitude, 'longitude', l.longitude,
    'time_zone', l.time_zone))
  ELSE jsonb_build_object('address_line', e.value) END
FROM network_location l WHERE e.kind = 'location' AND e.field = 'address_line' AND l.id = e.subject_id
"""


class Migration(migrations.Migration):

    dependencies = [("network", "0002_find_by_name")]

    operations = [
        migrations.RunSQL(NAMES, migrations.RunSQL.noop),
        migrations.RunSQL(ADDRESSES, migrations.RunSQL.noop),
    ]
