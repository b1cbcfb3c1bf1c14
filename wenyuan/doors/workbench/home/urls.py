"""URLs of the first pages: signing in, where one works, what is waiting."""

from django.urls import path

from wenyuan.doors.workbench.home import setting_up, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.sign_in_page, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("switch", views.switch, name="switch"),
    path("workplace", views.workplace, name="workplace"),
    path("password", views.own_password, name="own-password"),
    path("setup", setting_up.setup, name="setup"),
]
