"""The project's routes and a few of our own, to try the doorkeeper on."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from ninja import NinjaAPI

from switchboard.members.queries import viewer_of
from switchboard.platform.access import DataClass
from switchboard.platform.audit import touch
from switchboard.platform.doors import for_roles, public, signed_in
from switchboard.platform.roles import Role

api = NinjaAPI(urls_namespace="doors", docs_url=None, openapi_url=None)


@signed_in
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


@for_roles(Role.NAVIGATOR)
def desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse("desk")


def unsaid(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nobody said whom this serves")


@public
def open_to_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@signed_in
@transaction.atomic
def record(request: HttpRequest, member: int) -> HttpResponse:
    much = touch(
        viewer=viewer_of(request), member_id=member, data_class=DataClass.IDENTITY, what="try", scope="record"
    )
    return HttpResponse(much.value)


@api.get("/desk")
@for_roles(Role.NAVIGATOR)
def api_desk(request: HttpRequest) -> str:
    return "desk"


@api.post("/desk")
@for_roles(Role.NAVIGATOR)
def api_desk_write(request: HttpRequest) -> str:
    return "written"


@api.get("/unsaid")
def api_unsaid(request: HttpRequest) -> str:
    return "nobody said whom this serves"


@api.get("/record/{member}")
@for_roles(*Role)
@transaction.atomic
def api_record(request: HttpRequest, member: int) -> str:
    return record(request, member).content.decode()


urlpatterns = [
    path("try/plain", plain),
    path("try/desk", desk),
    path("try/unsaid", unsaid),
    path("try/open", open_to_all),
    path("try/record/<int:member>", record, name="try_record"),
    path("api/try/", api.urls),
    path("", include("switchboard.project.urls")),
]
