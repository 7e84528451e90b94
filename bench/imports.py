"""How fast files come in: FHIR resources and CSV rows a second, beside a plain COPY of the same bytes.

Run: ``python -m bench.imports [--resources 100000] [--rows 100000]``. Makes its own data and
an own throw-away PostgreSQL; every figure is of one run on this machine. Promised: 10,000 resources
and 20,000 rows a second.
"""

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from bench.report import Table

FAMILY = ("Lee", "Silva", "Nguyen", "Smith", "Okafor", "Garcia", "Cohen", "Brown", "Rossi", "Khan")
GIVEN = ("Ann", "Rui", "Thi", "Sam", "David", "Maria", "Ruth", "Jo", "Luca", "Aisha")
ZIPS = ("02115", "06105", "02903", "01602", "06511", "02860", "01103", "06902", "02139", "02906")
TAXONOMIES = ("1041C0700X", "103TC0700X", "2084P0800X", "101YM0800X", "207R00000X")
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


def npi(number: int) -> str:
    """Give the number-th valid NPI."""
    from stdnum import luhn

    body = f"1{number:08d}"
    return body + luhn.calc_check_digit("80840" + body)


def write_fhir(folder: Path, each: int, chance: random.Random) -> int:
    """Write ``each`` of five types of resource; give how many lines there are."""
    with (
        (folder / "Patient.ndjson").open("wb") as people,
        (folder / "Coverage.ndjson").open("wb") as covers,
        (folder / "Practitioner.ndjson").open("wb") as clinicians,
        (folder / "PractitionerRole.ndjson").open("wb") as roles,
        (folder / "Location.ndjson").open("wb") as places,
    ):
        for n in range(each):
            name = {
                "use": "official",
                "family": chance.choice(FAMILY) + chance.choice(FAMILY),
                "given": [chance.choice(GIVEN)],
            }
            address = {
                "use": "home",
                "line": [f"{n} Elm St"],
                "city": "Boston",
                "state": "MA",
                "postalCode": chance.choice(ZIPS),
            }
            born = f"{chance.randint(1940, 2020)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            number = [{"type": {"coding": [{"code": "MB"}]}, "value": f"M{n:08}"}]
            phone = [{"system": "phone", "value": f"617-{chance.randint(200, 999)}-{n % 10000:04}"}]
            _line(
                people,
                "Patient",
                n,
                "us-core-patient",
                identifier=number,
                name=[name],
                gender="female",
                birthDate=born,
                address=[address],
                telecom=phone,
                communication=[{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en-US"}]}}],
            )
            _line(
                covers,
                "Coverage",
                n,
                "us-core-coverage",
                status="active",
                beneficiary={"reference": f"Patient/{n}"},
                payor=[{"display": "Medicaid"}],
                period={"start": "2026-01-01"},
            )
            _line(
                clinicians,
                "Practitioner",
                n,
                "us-core-practitioner",
                name=[name],
                active=True,
                identifier=[{"system": "http://hl7.org/fhir/sid/us-npi", "value": npi(n)}],
            )
            _line(
                places,
                "Location",
                n,
                "us-core-location",
                name=f"Practice {n}",
                address=address,
                status="active",
            )
            code = {
                "coding": [{"system": "http://nucc.org/provider-taxonomy", "code": chance.choice(TAXONOMIES)}]
            }
            _line(
                roles,
                "PractitionerRole",
                n,
                "us-core-practitionerrole",
                active=True,
                specialty=[code],
                practitioner={"reference": f"Practitioner/{n}"},
                location=[{"reference": f"Location/{n}"}],
            )
    return each * 5  # fmt: skip


def _line(out, kind: str, number: int, profile: str, **elements) -> None:
    body = {"resourceType": kind, "id": str(number), "meta": {"profile": [US_CORE + profile]}, **elements}
    out.write(orjson.dumps(body) + b"\n")


def write_csv(path: Path, rows: int, chance: random.Random) -> None:
    with path.open("w") as out:
        out.write(
            "member_number,family_name,given_name,birth_date,phone,zip,line_of_business,coverage_start\n"
        )
        for n in range(rows):
            out.write(
                f"C{n:08},{chance.choice(FAMILY)}{chance.choice(FAMILY)},{chance.choice(GIVEN)},"
                f"{chance.randint(1940, 2020)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02},"
                f"617-{chance.randint(200, 999)}-{n % 10000:04},{chance.choice(ZIPS)},QHP,2026-01-01\n"
            )


def copy_plainly(files: list[Path]) -> float:
    """COPY the same lines as text into a bare table: the yardstick, in seconds."""
    from django.db import connection, transaction

    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE plain (line text) ON COMMIT DROP")
        with cursor.copy("COPY plain FROM STDIN") as copy:
            for file in files:
                with file.open("r") as lines:
                    for line in lines:
                        copy.write_row((line.rstrip("\n"),))
    return time.perf_counter() - began


def backend_seconds() -> float:
    """Give the processor time that this connection's PostgreSQL process has used."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        number = cursor.fetchone()[0]
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def timed(
    table: Table,
    label: str,
    kind: str,
    path: Path,
    lines: int,
    plain: float,
    promised: int,
    expected: dict[str, int] | None = None,
) -> None:
    """Time one import and the same again; ``expected`` says how many rows of each kind must have arrived.

    Besides the wall clock, which other work on the machine stretches, give the processor time of each line.
    """
    from switchboard.interop.actions import run_import
    from switchboard.platform.access import SWITCHBOARD

    for again in ("", ", the same again"):
        began, ours, theirs = time.perf_counter(), time.process_time(), backend_seconds()
        done = run_import(kind=kind, path=path, source=f"bench {kind}", by=SWITCHBOARD)
        took, ours = time.perf_counter() - began, time.process_time() - ours
        theirs = backend_seconds() - theirs
        assert done.state == "done", done.problem
        added = {key.removesuffix("_added"): n for key, n in done.counts.items() if key.endswith("_added")}
        assert again or not expected or added == expected, f"Not all arrived: {added}, of {expected}."
        rate = lines / took
        promise = f"{promised:,} a second" + " MISSED" * (rate < promised)
        table.rows.append(
            (label + again, f"{lines:,}", f"{took:.1f}", f"{rate:,.0f}", promise, f"{plain / took:.3f}",
             f"{ours / lines * 1e6:.0f} + {theirs / lines * 1e6:.0f}", f"{done.changed:,}")
        )  # fmt: skip


def main(report: Callable[[str], object] = print) -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--resources", type=int, default=100_000)
    asked.add_argument("--rows", type=int, default=100_000)
    given, _ = asked.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        home = Path(name)
        os.environ["SWITCHBOARD_HOME"] = str(home / "home")
        os.environ["DJANGO_SETTINGS_MODULE"] = "switchboard.project.settings"
        (home / "home").mkdir(mode=0o755)
        home.chmod(0o755)
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from switchboard.platform.postgres import APP, OWNER, running
        from switchboard.platform.privileges import grant_to_application

        with running(home / "home"):
            connection.settings_dict["USER"] = OWNER
            call_command("migrate", verbosity=0)
            grant_to_application(APP)
            connection.close()
            connection.settings_dict["USER"] = APP
            chance = random.Random(7)
            folder = home / "fhir"
            folder.mkdir()
            lines = write_fhir(folder, given.resources // 5, chance)
            write_csv(home / "members.csv", given.rows, chance)
            plain = copy_plainly(sorted(folder.iterdir()))
            heads = "what", "lines", "seconds", "a second", "promised", "of plain COPY", "us each", "changed"
            table = Table("Imports", heads)
            kinds = ("members", "coverages", "locations", "practitioners", "roles")
            all_of = dict.fromkeys(kinds, lines // 5) | {"organizations": 0, "licences": 0}
            label = "FHIR resources, validated and loaded"
            timed(table, label, "fhir", folder, lines, plain, 10_000, all_of)
            plain = copy_plainly([home / "members.csv"])
            timed(
                table,
                "CSV rows of members and coverage",
                "members",
                home / "members.csv",
                given.rows,
                plain,
                20_000,
                {"members": given.rows, "coverages": given.rows},
            )
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            table.notes += [
                "Plain COPY puts the same lines as text into a bare table. us each: processor time of ours +"
                " PostgreSQL's. A CSV row is a person and a period of coverage.",
                f"Most memory this process ever held: {peak:,.0f} MB.",
            ]
            report(table.markdown())
            connection.close()


if __name__ == "__main__":
    main()
