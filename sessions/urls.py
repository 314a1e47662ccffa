"""Addresses of the web application."""

from django.urls import path

from sessions.joining import pages as join
from sessions.joining import receipt_pages as receipt
from sessions.joining import record_pages as record
from sessions.joining import room_pages as room
from sessions.joining import voice as own_voice
from sessions.live import camera_check
from sessions.reports import attendance_pages as attendance
from sessions.reports import course_pages as course_reports
from sessions.reports import pages as reports
from sessions.site import pages
from sessions.teaching import colleagues, courses, deletion, door, markers, notes, try_it, voice
from sessions.teaching import pages as teaching

urlpatterns = [
    path("", pages.home, name="home"),
    path("privacy/", pages.privacy, name="privacy"),
    path("model/", pages.model_card, name="model_card"),
    path("sessions/", teaching.session_list, name="dashboard"),
    path("sessions/begin/", teaching.session_begin, name="session_begin"),
    path("sessions/new/", teaching.session_new, name="session_new"),
    path("sessions/<int:pk>/", teaching.session_lobby, name="session"),
    path("sessions/<int:pk>/edit/", teaching.session_edit, name="session_edit"),
    path("sessions/<int:pk>/duplicate/", teaching.session_duplicate, name="session_duplicate"),
    path("sessions/<int:pk>/start/", teaching.session_start, name="session_start"),
    path("sessions/<int:pk>/end/", teaching.session_end, name="session_end"),
    path("sessions/<int:pk>/archive/", teaching.session_archive, name="session_archive"),
    path("sessions/<int:pk>/restore/", teaching.session_restore, name="session_restore"),
    path("sessions/<int:pk>/delete/", deletion.session_delete, name="session_delete"),
    path("sessions/<int:pk>/lock/", door.lock, name="session_lock"),
    path("sessions/<int:pk>/unlock/", door.unlock, name="session_unlock"),
    path("sessions/<int:pk>/participants/remove/", door.remove_many, name="participants_remove"),
    path(
        "sessions/<int:pk>/participants/<int:participant_pk>/remove/",
        door.remove,
        name="participant_remove",
    ),
    path(
        "sessions/<int:pk>/participants/<int:participant_pk>/readmit/",
        door.readmit,
        name="participant_readmit",
    ),
    path(
        "sessions/<int:pk>/participants/<int:participant_pk>/lesson/",
        reports.participant_lesson,
        name="participant_lesson",
    ),
    path("sessions/<int:pk>/asks/<int:takeover_pk>/allow/", door.allow, name="ask_allow"),
    path("sessions/<int:pk>/asks/<int:takeover_pk>/refuse/", door.refuse, name="ask_refuse"),
    path("sessions/<int:pk>/notes/", notes.of_session, name="session_notes"),
    path(
        "courses/<int:course_pk>/students/<int:pk>/notes/", notes.of_student, name="student_notes"
    ),
    path("sessions/<int:pk>/markers/", markers.add, name="marker_add"),
    path("sessions/<int:pk>/markers/<int:marker_pk>/", markers.edit, name="marker_edit"),
    path("sessions/<int:pk>/markers/<int:marker_pk>/remove/", markers.remove, name="marker_remove"),
    path("sessions/<int:pk>/alerts/<int:alert_pk>/seen/", voice.acknowledge, name="alert_seen"),
    path("sessions/<int:pk>/ask/", voice.ask, name="check_in_ask"),
    path("sessions/<int:pk>/ask/close/", voice.close, name="check_in_close"),
    path("sessions/<int:pk>/ask/random/", voice.ask_at_random, name="check_in_random"),
    path("sessions/<int:pk>/hands/<int:participant_pk>/lower/", voice.lower, name="hand_lower"),
    path("sessions/<int:pk>/room/allow/", door.allow_room, name="room_allow"),
    path("sessions/<int:pk>/room/end/", door.end_room, name="room_end"),
    path("sessions/<int:pk>/qr/", teaching.session_qr, name="session_qr"),
    path("sessions/<int:pk>/live/", teaching.session_live, name="session_live"),
    path("sessions/<int:pk>/display/", teaching.session_display, name="session_display"),
    path("sessions/<int:pk>/report/", reports.session_report, name="session_report"),
    path("sessions/<int:pk>/export/<str:kind>/", reports.session_export, name="session_export"),
    path(
        "sessions/<int:pk>/attendance/<str:layout>/",
        attendance.session_attendance,
        name="session_attendance",
    ),
    path("courses/<int:pk>/attendance/", attendance.course_attendance, name="course_attendance"),
    path(
        "courses/<int:pk>/attendance/csv/",
        attendance.course_attendance_csv,
        name="course_attendance_csv",
    ),
    path("courses/<int:pk>/trends/", course_reports.course_trends, name="course_trends"),
    path("courses/<int:pk>/export/", course_reports.course_export, name="course_export"),
    path("courses/<int:pk>/compare/", course_reports.course_compare, name="course_compare"),
    path("courses/", courses.course_list, name="courses"),
    path("courses/new/", courses.course_new, name="course_new"),
    path("courses/<int:pk>/", courses.course_page, name="course"),
    path("courses/<int:pk>/delete/", deletion.course_delete, name="course_delete"),
    path("courses/<int:pk>/roster-file/", courses.course_roster_file, name="course_roster_file"),
    path("courses/<int:pk>/teachers/", colleagues.teachers, name="colleagues"),
    path(
        "courses/<int:pk>/teachers/<int:user_pk>/remove/",
        colleagues.remove,
        name="colleague_remove",
    ),
    path(
        "courses/<int:pk>/teachers/<int:user_pk>/own/", colleagues.hand_over, name="colleague_own"
    ),
    path("invitations/<str:token>/", colleagues.invitation, name="invitation"),
    path("accounts/delete/", deletion.account_delete, name="account_delete"),
    path("courses/<int:pk>/edit/", courses.course_edit, name="course_edit"),
    path("courses/<int:course_pk>/students/<int:pk>/", reports.student, name="student"),
    path("try/", try_it.try_it, name="try_it"),
    path("try/analyse/", try_it.analyse, name="try_it_analyse"),
    path("join/", join.enter_code, name="join"),
    path("join/<str:code>/", join.join_session, name="join_session"),
    path("join/<str:code>/camera/", camera_check.check, name="camera_check"),
    path("join/<str:code>/wait/", join.wait, name="join_wait"),
    path("join/<str:code>/answer/", own_voice.answer, name="answer"),
    path("join/<str:code>/signal/", own_voice.signal, name="signal"),
    path("join/<str:code>/room/", room.camera, name="room"),
    path("join/<str:code>/room/stop/", room.stop, name="room_stop"),
    path("join/<str:code>/room/<str:key>/", room.consent, name="room_consent"),
    path("join/<str:code>/me/<str:token>/", receipt.private_link, name="private_link"),
    path("join/<str:code>/me/<str:token>/go-on/", receipt.go_on, name="go_on"),
    path("join/<str:code>/me/<str:token>/file/<str:kind>/", receipt.download, name="own_file"),
    path("join/<str:code>/me/<str:token>/wrong/", receipt.call_wrong, name="call_wrong"),
    path(
        "join/<str:code>/me/<str:token>/wrong/<int:number>/take-back/",
        receipt.take_back,
        name="take_back",
    ),
    path("join/<str:code>/me/<str:token>/mail/", receipt.mail, name="mail_link"),
    path("join/<str:code>/me/<str:token>/delete/", receipt.delete, name="own_delete"),
    path("join/<str:code>/class/", record.student_page, name="student_page"),
    path("join/<str:code>/leave/", record.leave, name="participant_leave"),
    path("join/<str:code>/delete/", record.delete, name="participant_delete"),
    path("join/<str:code>/data/", record.data, name="participant_data"),
]
