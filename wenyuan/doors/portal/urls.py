"""URLs of the readers' portal."""

from django.urls import path

from wenyuan.doors.portal import finding, views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("find", finding.find, name="find"),
    path("find/suggest", finding.suggest, name="suggest"),
    path("new", finding.newest, name="newest"),
    path("record/<int:bib_id>", finding.record, name="record"),
    path("branches", views.branches, name="branches"),
    path("branch/<str:code>", views.branch, name="branch"),
    path("about/privacy", views.privacy, name="privacy"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("robots.txt", views.robots, name="robots"),
]
