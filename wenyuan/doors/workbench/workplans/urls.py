from django.urls import path

from wenyuan.doors.workbench.workplans import views

urlpatterns = [
    path("", views.plan, name="workplan"),
    path("new", views.enter, name="goal-new"),
    path("carried", views.carry, name="workplan-carry"),
    path("<int:goal_id>/", views.one, name="goal"),
    path("<int:goal_id>/edit", views.change, name="goal-edit"),
    path("<int:goal_id>/closed", views.close, name="goal-close"),
    path("<int:goal_id>/reopened", views.reopen, name="goal-reopen"),
    path("<int:goal_id>/milestones/<int:milestone_id>", views.milestone, name="goal-milestone"),
]
