"""How a test asks the network's pages, sends files and fills in hours."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.portals.network_world import HOST
from tests.portals.statements import statements_of


def get(browser, name: str, *args, **asked):
    return browser.get(reverse(f"network_{name}", args=args), asked, **HOST)


def statements(browser, name: str, *args, **asked) -> list[str]:
    return statements_of(lambda: get(browser, name, *args, **asked))


ROSTER = "NPI,First Name,Last Name,Taxonomy,License State,License Number,Group,Address,ZIP,LOB\n"
ROW = "1234567893,Luz,Rivera,1041C0700X,CT,L1,Elm,1 Elm St,06106,COM\n"
SECRET = "Zyxwvutina"


def send(browser, text: str, kind: str = "practitioners", name: str = "roster.csv", **more):
    told = {"kind": kind, "source": "Elm Street", "mode": "all"} | more
    files = SimpleUploadedFile(name, text.encode())
    return browser.post(reverse("network_send"), told | {"files": files}, **HOST)


def post(browser, name: str, *args, follow: bool = False, **sent):
    return browser.post(reverse(f"network_{name}", args=args), sent, follow=follow, **HOST)


def kept(home) -> list:
    return [f for f in (home / "uploads").rglob("*") if f.is_file()] if (home / "uploads").exists() else []


def entered(*hours, days=(), do="preview", buffer="10"):
    sent = {
        "hours-TOTAL_FORMS": len(hours), "hours-INITIAL_FORMS": 0, "days-TOTAL_FORMS": len(days),
        "days-INITIAL_FORMS": 0, "buffer_minutes": buffer, "do": do,
    }  # fmt: skip
    for n, row in enumerate(hours):
        told = {"weekday": "0", "opens": "09:00", "closes": "12:00", "visit_minutes": "50", "seats": "1"}
        sent |= {f"hours-{n}-{k}": v for k, v in (told | {"whom": "both"} | row).items()}
    for n, row in enumerate(days):
        sent |= {f"days-{n}-{k}": v for k, v in row.items()}
    return sent
