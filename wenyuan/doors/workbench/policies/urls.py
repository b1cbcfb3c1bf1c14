from django.urls import path

from wenyuan.doors.workbench.policies import trying, views

urlpatterns = [
    path("", views.editor, name="policies"),
    path("change", views.change, name="policies-change"),
    path("begin", views.begin, name="policies-begin"),
    path("rows/<int:policy_id>/dropped", views.drop, name="policies-drop"),
    path("table", views.table, name="policies-table"),
    path("copy", views.copy, name="policies-copy"),
    path("try", trying.trial, name="policies-try"),
    path("gaps", views.gaps, name="policies-gaps"),
]
