"""The panel's addresses."""

from django.urls import re_path

from warren_horizon import views

urlpatterns = [
    re_path(r"^$", views.IndexView.as_view(), name="index"),
    re_path(r"^token/$", views.TokenView.as_view(), name="token"),
]
