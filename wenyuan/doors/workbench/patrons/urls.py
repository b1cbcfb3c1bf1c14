"""URLs of readers. Nothing that names or numbers a person stands in them, only the row's id."""

from django.urls import path

from wenyuan.doors.workbench.patrons import cards, erasures, families, kinds, merges, proxies, rosters, views

urlpatterns = [
    path("", views.search, name="patrons"),
    path("new", views.register, name="patron-new"),
    path("new/prefilled", views.prefilled, name="patron-prefilled"),
    path("<int:patron_id>/loan-list", rosters.card_loans, name="patron-loan-list"),
    path("class-lists", rosters.class_lists, name="class-lists"),
    path("class-lists/new", rosters.enrol, name="class-list-new"),
    path("class-lists/<int:roster_id>", rosters.class_list, name="class-list"),
    path("class-lists/<int:roster_id>/loans", rosters.class_loans, name="class-list-loans"),
    path("kinds", kinds.listed, name="categories"),
    path("kinds/new", kinds.new, name="category-new"),
    path("kinds/<slug:code>", kinds.one, name="category"),
    path("twice", merges.alike, name="patrons-alike"),
    path("deletions", erasures.erasures, name="erasure-requests"),
    path("of-age", families.of_age, name="patrons-of-age"),
    path("<int:patron_id>", views.patron, name="patron"),
    path("<int:patron_id>/edit", views.edit, name="patron-edit"),
    path("<int:patron_id>/reveal", views.reveal_value, name="patron-reveal"),
    path("<int:patron_id>/history", views.history, name="patron-history"),
    path("<int:patron_id>/renewals", views.renewal, name="patron-renew-loan"),
    path("<int:patron_id>/acts/<slug:act>", cards.act, name="patron-act"),
    path("<int:patron_id>/proxy", proxies.proxy, name="patron-proxy"),
    path("<int:patron_id>/family", families.family, name="patron-family"),
    path("<int:patron_id>/restrictions", views.restrictions, name="patron-restrictions"),
    path("<int:patron_id>/twice", merges.with_card, name="patrons-merge-with"),
    path("<int:patron_id>/twice/<int:other_id>", merges.merge, name="patrons-merge"),
    path("<int:patron_id>/twice/<int:other_id>/apart", merges.apart, name="patrons-apart"),
    path("<int:patron_id>/merges/<int:merge_id>/undone", merges.undo, name="patrons-merge-undo"),
    path("<int:patron_id>/guardians", cards.guardian, name="patron-guardian"),
]
