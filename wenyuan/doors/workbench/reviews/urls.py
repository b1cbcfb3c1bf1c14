from django.urls import path

from wenyuan.doors.workbench.reviews import views

urlpatterns = [
    path("", views.reviews, name="reviews"),
    path("<int:review_id>", views.review, name="review"),
]
