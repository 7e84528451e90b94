"""Run every measurement, or those named, and print their tables: ``python -m bench [name ...]``.

A measurement is a module here with ``main(report)`` that hands its lines to ``report``. Each runs in a
process of its own, so that none finds the settings, memory or threads of another; how it goes on is told on
standard error. Run without names, and with all of them done, the tables become ``bench/RESULTS.md``.
"""

import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


def known() -> list[str]:
    """Give the names of the measurements, in order."""
    return sorted(
        f.stem for f in HERE.glob("[a-z]*.py") if re.search(r"^def main\(\s*report", f.read_text(), re.M)
    )


def machine() -> str:
    """Say what this was measured on."""
    models = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({models[0].strip() if models else platform.machine()}), {memory:.0f} GB of"
        f" memory, Linux {platform.release()}, Python {platform.python_version()}"
    )


def version() -> str:
    """Give the commit measured, and whether the tree differed from it."""
    git = ["git", "-C", str(HERE), "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"]
    said = subprocess.run(git, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


def one(name: str) -> tuple[str, bool]:
    """Run one in a process of its own, showing its lines as they come; give them, and if it ended well."""
    code = "import sys; from importlib import import_module as get; get('bench.' + sys.argv[1]).main(print)"
    order = [sys.executable, "-u", "-c", code, name]
    with subprocess.Popen(order, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as child:
        assert child.stdout
        told = []
        for line in child.stdout:
            told.append(line)
            print(line, end="", flush=True)
    return "".join(told), child.returncode == 0


def main(names: list[str]) -> int:
    """Run them in turn; give 1 when one failed."""
    unknown = set(names) - set(known())
    if unknown:
        sys.exit(f"No measurement is called {', '.join(sorted(unknown))}: there are {', '.join(known())}.")
    command = " ".join(["python -m bench", *names]) if names else "make bench"
    head = (
        f"# Measured by `{command}`\n\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {version()},"
        f" {machine()}; load {os.getloadavg()[0]:.1f} when it began. Ratios are of one run;"
        " times are this machine's.\n"
    )
    print(head, flush=True)
    parts, failed, begun = [head], [], time.monotonic()
    chosen = names or known()
    for number, name in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {name}", file=sys.stderr, flush=True)
        since = time.monotonic()
        told, well = one(name)
        took = f"`python -m bench {name}` took {time.monotonic() - since:.0f} s.\n"
        print(took, flush=True)
        parts += [told.rstrip("\n") + "\n", took]
        failed += [] if well else [name]
    print(f"{len(chosen)} measurements in {time.monotonic() - begun:.0f} s.", file=sys.stderr)
    missed = [line.strip() for part in parts for line in part.splitlines() if "MISSED" in line]
    for line in missed:
        print(f"Missed: {line}", file=sys.stderr)
    if failed:
        print(f"Failed: {', '.join(failed)}. bench/RESULTS.md is left as it was.", file=sys.stderr)
    elif not names:
        (HERE / "RESULTS.md").write_text("\n".join(parts), "utf-8")
        print("Written: bench/RESULTS.md", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
