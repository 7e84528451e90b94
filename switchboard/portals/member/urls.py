"""Routes of the member pages."""

from django.urls import path

from switchboard.portals.member import appointments, booking, care, help_now, home, matches, me, stopping

urlpatterns = [
    path("help-now", help_now.help_now, name="help_now"),
    path("help-worker.js", help_now.worker, name="help_worker"),
    path("me/", me.me, name="member_me"),
    path("me/contact", me.contact, name="member_contact"),
    path("me/wishes", me.wishes, name="member_wishes"),
    path("me/language", me.spoken, name="member_spoken"),
    path("me/people", me.people, name="member_people"),
    path("me/what-is-kept", me.notice, name="member_notice"),
    path("home/", home.home, name="member_home"),
    path("care/start", care.start, name="member_start"),
    path("care/<uuid:key>/", care.resume, name="member_care"),
    path("care/<uuid:key>/ask/<str:step>", care.step, name="member_step"),
    path("care/<uuid:key>/with-you/<str:step>", care.with_you, name="member_with_you"),
    path("care/<uuid:key>/result", care.result, name="member_result"),
    path("care/<uuid:key>/matches", matches.matches, name="member_matches"),
    path("care/<uuid:key>/stop", stopping.stop, name="member_stop"),
    path("care/<uuid:key>/hold", booking.hold, name="member_hold"),
    path("appointments/", appointments.listing, name="member_appointments"),
    path("appointments/<uuid:key>/", appointments.detail, name="member_appointment"),
    path("appointments/<uuid:key>/confirm", booking.confirm, name="member_confirm"),
    path("appointments/<uuid:key>/let-go", booking.let_go, name="member_let_go"),
    path("appointments/<uuid:key>/cancel", appointments.cancelling, name="member_cancel"),
]
