"""Addresses of the web application."""

from django.urls import path

from sessions.joining import pages as join
from sessions.reports import pages as reports
from sessions.site import pages
from sessions.site.health import healthz
from sessions.teaching import courses, try_it
from sessions.teaching import pages as teaching

urlpatterns = [
    path("", pages.home, name="home"),
    path("privacy/", pages.privacy, name="privacy"),
    path("healthz", healthz, name="healthz"),
    path("sessions/", teaching.session_list, name="dashboard"),
    path("sessions/new/", teaching.session_new, name="session_new"),
    path("sessions/<int:pk>/", teaching.session_lobby, name="session"),
    path("sessions/<int:pk>/edit/", teaching.session_edit, name="session_edit"),
    path("sessions/<int:pk>/start/", teaching.session_start, name="session_start"),
    path("sessions/<int:pk>/end/", teaching.session_end, name="session_end"),
    path("sessions/<int:pk>/archive/", teaching.session_archive, name="session_archive"),
    path("sessions/<int:pk>/restore/", teaching.session_restore, name="session_restore"),
    path("sessions/<int:pk>/qr/", teaching.session_qr, name="session_qr"),
    path("sessions/<int:pk>/live/", teaching.session_live, name="session_live"),
    path("sessions/<int:pk>/report/", reports.session_report, name="session_report"),
    path("sessions/<int:pk>/export/<str:kind>/", reports.session_export, name="session_export"),
    path("courses/", courses.course_list, name="courses"),
    path("courses/new/", courses.course_new, name="course_new"),
    path("courses/<int:pk>/", courses.course_page, name="course"),
    path("courses/<int:pk>/edit/", courses.course_edit, name="course_edit"),
    path("courses/<int:course_pk>/students/<int:pk>/", reports.student, name="student"),
    path("try/", try_it.try_it, name="try_it"),
    path("try/analyse/", try_it.analyse, name="try_it_analyse"),
    path("join/", join.enter_code, name="join"),
    path("join/<str:code>/", join.join_session, name="join_session"),
    path("join/<str:code>/class/", join.student_page, name="student_page"),
    path("join/<str:code>/leave/", join.leave, name="participant_leave"),
    path("join/<str:code>/delete/", join.delete, name="participant_delete"),
    path("join/<str:code>/data/", join.data, name="participant_data"),
]
