"""House rules that linters cannot say: each is a check here instead of a paragraph somewhere."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "switchboard"
LONGEST_FILE = 450

CAPABILITIES = sorted(room for room in PACKAGE.iterdir() if (room / "core").is_dir())
CORES = sorted(
    file
    for place in (PACKAGE / "kernel", PACKAGE / "rulebook", *(room / "core" for room in CAPABILITIES))
    for file in place.rglob("*.py")
)
BOOKING_PATH = sorted((PACKAGE / "scheduling").rglob("*.py"))

#: What a core may not call: the clock, chance, a new identity. They are arguments (``now``, ``today``, ids).
FORBIDDEN_CALLS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("time.time", "time.time_ns", "time.monotonic", "time.perf_counter"),
    *("timezone.now", "clock.now", "uuid.uuid1", "uuid.uuid4", "uuid4", "uuid1", "os.urandom"),
}
FORBIDDEN_IMPORTS = {"random", "secrets"}

#: Hosts that serve packages, and folders of one machine; written in pieces so as not to find themselves.
DOWNLOAD_HOSTS = ["python" + "hosted.org", "pypi" + ".org", "registry.npm" + "js.org", "deb.debian" + ".org"]
ONE_MACHINE = re.compile(r"(?<![\w.])/(?:work/(?:main|shared|\.)|root/\.|home/[a-z]+/|Users/)|/tmp/w" + "t/")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text(file: Path) -> str:
    try:
        return file.read_text()
    except UnicodeDecodeError:
        return ""


def called(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            found |= {name, ".".join(name.split(".")[-2:])}
    return found


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_the_core_check_sees_what_it_forbids():
    tree = ast.parse("import random\nfrom datetime import datetime\nx = datetime.now()")
    assert called(tree) & FORBIDDEN_CALLS
    assert imported(tree) & FORBIDDEN_IMPORTS


@pytest.mark.parametrize("file", CORES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_core_never_reads_the_clock_nor_chance(file):
    tree = ast.parse(file.read_text())
    assert not called(tree) & FORBIDDEN_CALLS, "Take it as an argument: `now`, `today`, an id, a seed."
    assert not imported(tree) & FORBIDDEN_IMPORTS, "Take it as an argument: an id, a seed."


@pytest.mark.parametrize("file", BOOKING_PATH, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_nothing_sleeps_in_the_booking_path(file):
    """Known failure R02: a double booking "fixed" by a random pause."""
    asleep = {name for name in called(ast.parse(file.read_text())) if name.endswith("sleep")}
    assert not asleep, "Waiting hides a race; the exclusion constraint ends it."


def test_files_stay_short_enough_to_hold_in_the_head():
    long = {
        str(file.relative_to(ROOT)): lines
        for place in ("switchboard", "tests", "bench", "scripts")
        for file in (ROOT / place).rglob("*.py")
        if "migrations" not in file.parts and (lines := len(file.read_text().splitlines())) > LONGEST_FILE
    }
    assert not long, "Make each a folder of ideas."


def test_every_package_says_what_it_is():
    silent = [
        str(file.relative_to(ROOT))
        for file in PACKAGE.rglob("__init__.py")
        if "migrations" not in file.parts and not ast.get_docstring(ast.parse(file.read_text()))
    ]
    assert not silent, "One line in the package's docstring: what it answers."


@pytest.mark.parametrize("room", CAPABILITIES, ids=lambda room: room.name)
def test_every_capability_has_a_page_that_says_where_to_start(room):
    page = room / "README.md"
    assert page.exists(), f"{room.name}/README.md: what it answers, its words, its rules, start reading at..."
    assert "start reading" in page.read_text().lower()


def test_the_lock_names_every_direct_dependency_with_hashes_and_no_host():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", lock, re.MULTILINE)}
    names = {re.match(r"[A-Za-z0-9._-]+", line).group().lower() for line in asked}
    assert names <= pinned, "Run `make lock`."
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        if "==" in block.splitlines()[0]:
            assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "http" not in lock
    assert "-index-url" not in lock


def test_the_tree_names_no_download_host_and_no_ones_machine():
    found = [
        f"{file.relative_to(ROOT)}: {hit}"
        for file in tracked()
        for body in [text(file)]
        for hit in [*(h for h in DOWNLOAD_HOSTS if h in body), *ONE_MACHINE.findall(body)]
    ]
    assert not found


def test_links_between_pages_lead_somewhere():
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in (file for file in tracked() if file.suffix == ".md")
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text(page))
        if not (page.parent / target).exists()
    ]
    assert not broken


@pytest.mark.django_db
def test_tables_and_migrations_agree():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
