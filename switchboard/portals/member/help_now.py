"""Crisis help that opens whatever fails: no database, no session, no script; kept by the browser."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control

from switchboard.platform.doors import public
from switchboard.portals.member.care import language

STYLES = ("tokens", "base", "pages", "components", "forms", "figures")


@public
@cache_control(public=True, max_age=300)
def help_now(request: HttpRequest) -> HttpResponse:
    """Show 988 and the plan's line, the reader's language first."""
    tongues = ("es", "en") if language() == "es" else ("en", "es")
    return render(request, "help_now.html", {"tongues": tongues})


@public
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Give the small script by which a browser keeps the help page and shows it when we cannot be reached."""
    kept = [reverse("help_now"), *(static(f"css/{name}.css") for name in STYLES)]
    return render(
        request,
        "help_worker.js",
        {"kept": kept, "page": reverse("help_now")},
        content_type="text/javascript",
    )
