"""The API: its operations, and its description at ``/api/openapi.json``."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.renderers import BaseRenderer

from switchboard.api import (
    appointments,
    assessments,
    care,
    crisis,
    hours,
    imports,
    insights,
    matching,
    network,
    pairs,
    people,
    work,
)
from switchboard.api import me as own
from switchboard.api.limits import PerCaller
from switchboard.api.problems import answer_problems, nothing_here
from switchboard.api.reading import StrictJSON
from switchboard.api.shapes import Told
from switchboard.members.queries import viewer_of
from switchboard.platform.doors import public, signed_in


class Rendered(BaseRenderer):
    """JSON out, fast."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        """Give the bytes of an answer."""
        return orjson.dumps(data)


api = NinjaAPI(
    title="Switchboard",
    version="1",
    description="Everything the pages do, as JSON. Send `Authorization: Bearer swb_...`; see the README.",
    docs_url=None,  # a page of it would need scripts from elsewhere, which our policy forbids
    openapi_url=None,  # ours stands below, with its door
    parser=StrictJSON(),
    renderer=Rendered(),
    throttle=[PerCaller()],
    openapi_extra={
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    },
)
answer_problems(api)
rooms = (people, own, care, appointments, crisis, assessments, matching, work)
for room in (*rooms, network, hours, imports, pairs, insights):
    api.add_router("", room.router)


class MeTold(Told):
    """Who the key or session belongs to, and what a key may touch."""

    name: str
    role: str
    language: str
    scopes: list[str]


@api.get("/me", response=MeTold, tags=["caller"])
@signed_in
def me(request: HttpRequest) -> MeTold:
    """Say who is calling."""
    viewer = viewer_of(request)
    return MeTold(name=viewer.name, role=viewer.role, language=viewer.language, scopes=sorted(viewer.scopes))


@api.get("/openapi.json", include_in_schema=False)
@public
def description(request: HttpRequest) -> HttpResponse:
    """Give the description of every operation."""
    return HttpResponse(orjson.dumps(api.get_openapi_schema()), content_type="application/json")


@public
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer every other address below /api/."""
    return nothing_here()
