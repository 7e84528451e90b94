"""Fetch a file from the public internet, and only from there.

The name is resolved once, every address it has must be public, and the connection goes to the address that
was checked, so a name that changes its mind (DNS rebinding) gains nothing. Redirects are refused.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from switchboard.interop.findings import FileProblem

SECONDS = 30
MEGABYTES = 512
CHUNK = 1 << 20
OK = 200
PORTS = {"http": 80, "https": 443}


def is_public(address: str) -> bool:
    """Say whether an IP address is public: not private, loopback, link-local, metadata or reserved."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(found.packed[12:])))
    return found.is_global and not found.is_multicast


def fetch(url: str, to: Path, *, may_reach: Callable[[str], bool] = is_public) -> Path:
    """Fetch a file whole, or raise :class:`FileProblem` saying why not."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username:
        raise FileProblem("address_blocked")
    try:
        address = _checked(parts.hostname, parts.port or PORTS[parts.scheme], may_reach)
        connection = _connect(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], address)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers={"Host": parts.netloc, "Accept": "*/*"})
            _keep(connection.getresponse(), to)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as broken:
        raise FileProblem("fetch_failed", why=type(broken).__name__) from None
    return to


def _checked(host: str, port: int, may_reach: Callable[[str], bool]) -> str:
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not found or not all(may_reach(address) for address in found):
        raise FileProblem("address_blocked")
    return min(found)


def _connect(scheme: str, host: str, port: int, address: str) -> http.client.HTTPConnection:
    raw = socket.create_connection((address, port), timeout=SECONDS)
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    secure = ssl.create_default_context() if scheme == "https" else None
    connection.sock = secure.wrap_socket(raw, server_hostname=host) if secure else raw
    return connection


def _keep(response: http.client.HTTPResponse, to: Path) -> None:
    if response.status // 100 == 3:
        raise FileProblem("redirected")
    if response.status != OK:
        raise FileProblem("fetch_failed", why=f"HTTP {response.status}")
    size = 0
    with to.open("wb") as out:
        while chunk := response.read(CHUNK):
            size += len(chunk)
            if size > MEGABYTES * CHUNK:
                raise FileProblem("too_large", megabytes=MEGABYTES)
            out.write(chunk)
