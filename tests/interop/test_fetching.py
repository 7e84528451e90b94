"""A publisher's address is fetched from the public internet only; redirects are refused, sizes capped."""

import http.server
import threading

import pytest

from switchboard.interop import fetching
from switchboard.interop.fetching import fetch, is_public
from switchboard.interop.findings import FileProblem


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
     "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
     "2002:7f00:1::"],
)  # fmt: skip
def test_private_local_and_metadata_addresses_are_closed(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_addresses_are_open(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://2130706433/x", "http://0x7f.1/x",
     "file:///etc/passwd", "ftp://example.org/x", "http://user@8.8.8.8/x", "gopher://8.8.8.8/x", "https:///x"],
)  # fmt: skip
def test_addresses_that_lead_inside_or_are_not_http_are_blocked(tmp_path, url):
    with pytest.raises(FileProblem) as blocked:
        fetch(url, tmp_path / "x")
    assert blocked.value.code == "address_blocked"
    assert not (tmp_path / "x").exists()


@pytest.fixture
def publisher():
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response({"/moved": 302, "/gone": 404}.get(self.path, 200))
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.end_headers()
            self.wfile.write(b"x" * 2000)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(("page", "code"), [("/moved", "redirected"), ("/gone", "fetch_failed")])
def test_a_redirect_is_refused_and_never_followed(tmp_path, publisher, page, code):
    with pytest.raises(FileProblem) as refused:
        fetch(publisher + page, tmp_path / "x", may_reach=lambda _: True)
    assert refused.value.code == code


def test_a_file_is_fetched_whole_and_a_huge_one_refused(tmp_path, publisher, monkeypatch):
    assert fetch(publisher + "/file", tmp_path / "x", may_reach=lambda _: True).stat().st_size == 2000
    monkeypatch.setattr(fetching, "MEGABYTES", 0)
    with pytest.raises(FileProblem):
        fetch(publisher + "/file", tmp_path / "y", may_reach=lambda _: True)


@pytest.mark.parametrize("url", ["http://x/..", "http://x/", "http://x/a%5Cb", "http://x/%2e%2e"])
def test_a_manifest_cannot_lead_out_of_its_folder(url):
    from switchboard.interop.scheduling_links import _name

    with pytest.raises(FileProblem):
        _name(url)
    assert _name("http://x/y/%2e%2e%2fpasswd") == "passwd"
