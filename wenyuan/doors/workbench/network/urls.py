from django.urls import path

from wenyuan.doors.workbench.network import calendars, groups, views

urlpatterns = [
    path("", views.tree, name="network"),
    path("library", views.library, name="network-library"),
    path("new", views.new_branch, name="network-new"),
    path("sheet", views.sheet, name="network-sheet"),
    path("groups", groups.group_list, name="network-groups"),
    path("<int:branch_id>/", views.branch, name="network-branch"),
    path("<int:branch_id>/names", views.names, name="network-names"),
    path("<int:branch_id>/particulars", views.particulars, name="network-particulars"),
    path("<int:branch_id>/placement", views.placement, name="network-placement"),
    path("<int:branch_id>/end", views.end, name="network-end"),
    path("<int:branch_id>/areas/new", views.new_area, name="network-new-area"),
    path("<int:branch_id>/points/new", views.new_point, name="network-new-point"),
    path("<int:branch_id>/points/<int:point_id>/end", views.end_point, name="network-end-point"),
    path("<int:branch_id>/hours", calendars.hours, name="network-hours"),
    path("<int:branch_id>/days/new", calendars.new_exception, name="network-new-exception"),
    path("<int:branch_id>/days/<slug:day>/withdrawn", calendars.withdraw_exception, name="network-drop-exception"),
    path("<int:branch_id>/closures", calendars.closure_list, name="network-closures"),
    path("<int:branch_id>/closures/new", calendars.new_closure, name="network-new-closure"),
    path("<int:branch_id>/closures/<int:closure_id>/end", calendars.end_closure, name="network-end-closure"),
    path(
        "<int:branch_id>/closures/<int:closure_id>/withdrawn", calendars.withdraw_closure, name="network-drop-closure"
    ),
    path("<int:branch_id>/groups/new", groups.join, name="network-join"),
    path("<int:branch_id>/groups/<int:group_id>/end", groups.leave, name="network-leave"),
]
