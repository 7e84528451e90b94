"""Show the gallery, and whole sample pages of each audience."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from switchboard.platform.doors import public
from switchboard.portals.gallery.samples import FRAMES, SPECIMENS, sample


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404("The gallery is open in the demo only: start with SWITCHBOARD_DEMO=1.")


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component twice, light beside dark."""
    _demo_only()
    return render(request, "gallery/index.html", sample() | {"specimens": SPECIMENS, "frames": FRAMES})


@public
def frame(request: HttpRequest, name: str) -> HttpResponse:
    """Show a whole sample page: ``question``, ``matches``, ``crisis``, ``desk`` or ``insights``."""
    _demo_only()
    if name not in FRAMES:
        raise Http404(f"No sample page '{name}': choose one of {', '.join(FRAMES)}.")
    return render(request, f"gallery/page_{name}.html", sample() | {"p": "page"})


urlpatterns = [
    path("", gallery, name="gallery"),
    path("<slug:name>", frame, name="gallery_page"),
]
