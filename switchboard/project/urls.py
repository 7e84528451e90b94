"""Routes: each room brings its own, this file says where it hangs."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("gallery/", include("switchboard.portals.gallery.views")),
]
