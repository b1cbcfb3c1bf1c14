"""Where each door hangs in the house."""

from django.urls import include, path

from wenyuan.config.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("wenyuan.doors.furniture.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("wenyuan.doors.api.urls")),
    path("", include("wenyuan.doors.harvest.urls")),
    path("workbench/", include("wenyuan.doors.workbench.urls")),
    path("", include("wenyuan.doors.portal.urls")),
]

handler400 = "wenyuan.doors.furniture.views.bad_request"
handler403 = "wenyuan.doors.furniture.views.permission_denied"
handler404 = "wenyuan.doors.furniture.views.page_not_found"
handler500 = "wenyuan.doors.furniture.views.server_error"
