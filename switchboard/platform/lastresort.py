"""What people get when the program itself fails: fixed text, no script, no database, the crisis lines on it.

Promise C3: the page that answers a crisis carries 988, 911 and the plan's line, the database down or not.
"""

import sys
from html import escape
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse

RETRY_AFTER_SECONDS = 10  # an embedded server is back well within 30 (promise R31)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not working right now</title>
</head>
<body>
{demo}<main>
<h1>{title}</h1>
<p>Please try again in a minute. If you had just saved something, look whether it is there first.</p>
<h2>If you might hurt yourself, or need to talk now</h2>
<p><a href="tel:988">Call 988</a>, <a href="sms:988">text 988</a>, or
<a href="https://988lifeline.org/chat/">chat at 988lifeline.org</a>. Free, day and night.</p>
{line_en}
<p>In danger right now: <a href="tel:911">call 911</a>.</p>
<section lang="es">
<h2>Si piensa en hacerse daño o necesita hablar ahora</h2>
<p>Esta página no funciona en este momento; inténtelo de nuevo en un minuto.</p>
<p><a href="tel:988">Llame al 988</a> (oprima 2 para español), <a href="sms:988">envíe AYUDA al 988</a> o
<a href="https://988lifeline.org/es/chat/">chatee en 988lifeline.org</a>. Gratis, día y noche.</p>
{line_es}
<p>En peligro ahora mismo: <a href="tel:911">llame al 911</a>.</p>
</section>
</main>
</body>
</html>
"""
DEMO = (
    "<p><strong>This is a demo.</strong> Invented people. Enter nothing real. "
    '<span lang="es">Esto es una demostración: personas inventadas.</span></p>\n'
)
CRISIS_WORDS = "In crisis: call or text 988, chat at 988lifeline.org; in danger now, call 911."


def failed(request: HttpRequest, *_: Any) -> HttpResponse:
    """Answer a request that raised: 503 when the database is away, else 500. Django's ``handler500``."""
    down = isinstance(sys.exception(), DOWN)
    return unavailable(request) if down else _answer(request, 500, "Something went wrong on our side")


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 with the crisis lines, asking to come back shortly."""
    answer = _answer(request, 503, "This is not working right now")
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


#: What psycopg raises, through Django, when the server is gone, starting, stopping or full.
DOWN = (OperationalError, InterfaceError)


def _answer(request: HttpRequest, status: int, title: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": CRISIS_WORDS}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    line = escape(settings.PLAN_CRISIS_LINE)
    call = f'<a href="tel:{line}">{line}</a>'
    answer = HttpResponse(
        PAGE.format(
            title=title,
            demo=DEMO if settings.DEMO else "",
            line_en=f"<p>Your plan's crisis line: {call}</p>" if line else "",
            line_es=f"<p>Línea de crisis de su plan: {call}</p>" if line else "",
        ),
        status=status,
    )
    answer["Cache-Control"] = "no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return answer
