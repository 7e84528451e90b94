"""Who looked at my record: the member's own view of the audit."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from switchboard.members.queries import viewer_of
from switchboard.platform.audit import looks_at
from switchboard.platform.doors import for_roles
from switchboard.platform.roles import Role
from switchboard.portals.entrance.demo import role_words


@for_roles(Role.MEMBER)
@transaction.atomic
def who_looked(request: HttpRequest) -> HttpResponse:
    """Show who touched the member's record: staff first to last, the member's own visits counted."""
    viewer = viewer_of(request)
    if viewer.member_id is None:
        raise Http404("This account has no member record.")
    looks = looks_at(viewer=viewer, member_id=viewer.member_id)
    words = role_words()
    others = [(look, words[look.role]) for look in looks if not look.mine]
    context = {"others": others, "own": len(looks) - len(others), "here": "me"}
    return render(request, "entrance/who_looked.html", context)
