from django.urls import path

from wenyuan.doors.workbench.suggestions import views

urlpatterns = [
    path("", views.suggestions, name="suggestions"),
    path("<int:suggestion_id>", views.suggestion, name="suggestion"),
]
