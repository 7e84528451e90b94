"""Routes of the desk. No name and no number of a person stands in an address."""

from django.urls import path

from switchboard.portals.desk import asking, booking, calls, crisis, frame, person, queue, recording

urlpatterns = [
    path("", queue.home, name="desk_home"),
    path("rows", queue.rows, name="desk_rows"),
    path("counts", frame.counts, name="desk_counts"),
    path("take-next", queue.take_next, name="desk_take_next"),
    path("take", queue.take_line, name="desk_take_line"),
    path("crisis", crisis.worklist, name="desk_crisis"),
    path("crisis/rows", crisis.rows, name="desk_crisis_rows"),
    path("crisis/<uuid:task>", crisis.call, name="desk_crisis_call"),
    path("crisis/<uuid:task>/take", crisis.take, name="desk_crisis_take"),
    path("crisis/<uuid:task>/attempt", crisis.attempt, name="desk_crisis_attempt"),
    path("crisis/<uuid:task>/close", crisis.close, name="desk_crisis_close"),
    path("find", calls.find, name="desk_find"),
    path("find/<uuid:member>", calls.why, name="desk_why"),
    path("member/<uuid:member>", person.member, name="desk_member"),
    path("member/<uuid:member>/care", person.care, name="desk_member_care"),
    path("member/<uuid:member>/history", person.history, name="desk_member_history"),
    path("member/<uuid:member>/override", recording.change_triage, name="desk_override"),
    path("member/<uuid:member>/note", recording.write_note, name="desk_note"),
    path("member/<uuid:member>/follow-up", recording.add_follow_up, name="desk_follow_up"),
    path("member/<uuid:member>/done", recording.done, name="desk_done"),
    path("member/<uuid:member>/close", recording.close_request, name="desk_close"),
    path("member/<uuid:member>/transfer", asking.transfer, name="desk_transfer"),
    path("member/<uuid:member>/ask", asking.start, name="desk_ask"),
    path("member/<uuid:member>/questions", asking.resume, name="desk_questions"),
    path("member/<uuid:member>/questions/first", asking.first, name="desk_question_first"),
    path("member/<uuid:member>/questions/at/<str:step>", asking.question, name="desk_question"),
    path("member/<uuid:member>/times", booking.times, name="desk_times"),
    path("member/<uuid:member>/times/<int:number>", booking.matches, name="desk_matches"),
    path("member/<uuid:member>/times/<int:number>/hold", booking.hold, name="desk_hold"),
    path("member/<uuid:member>/visit/<uuid:appointment>", booking.held, name="desk_held"),
    path("member/<uuid:member>/visit/<uuid:appointment>/came", booking.came, name="desk_came"),
    path("member/<uuid:member>/visit/<uuid:appointment>/cancel", booking.cancel, name="desk_cancel"),
]
