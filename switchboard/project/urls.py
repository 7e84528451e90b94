"""Routes: each room brings its own, this file says where it hangs."""

from django.urls import URLPattern, URLResolver, include, path

from switchboard.api.api import api, nothing
from switchboard.platform import health

handler500 = "switchboard.platform.lastresort.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", api.urls),
    path("api/<path:rest>", nothing),
    path("gallery/", include("switchboard.portals.gallery.views")),
    path("desk/", include("switchboard.portals.desk.urls")),
    path("", include("switchboard.portals.entrance.urls")),
    path("", include("switchboard.portals.member.urls")),
    path("network/", include("switchboard.portals.network.urls")),
    path("insights/", include("switchboard.portals.insights.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/second-step/", include("allauth.mfa.urls")),
]
