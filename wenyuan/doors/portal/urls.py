"""URLs of the readers' portal."""

from django.urls import path

from wenyuan.doors.portal import (
    account,
    arrivals,
    browsing,
    card,
    children,
    engines,
    finding,
    history,
    holding,
    record,
    signing_in,
    views,
)

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("find", finding.find, name="find"),
    path("find/suggest", finding.suggest, name="suggest"),
    path("new", arrivals.newest, name="newest"),
    path("new.atom", arrivals.feed, name="newest-feed"),
    path("record/<int:bib_id>", record.record, name="record"),
    path("record/<int:bib_id>/citation.ris", record.citation_ris, name="citation-ris"),
    path("record/<int:bib_id>/citation.bib", record.citation_bibtex, name="citation-bibtex"),
    path("record/<int:bib_id>/hold", holding.hold, name="hold"),
    path("children", children.children, name="children"),
    path("classes", browsing.classes, name="classes"),
    path("authority/<int:authority_id>", browsing.authority, name="authority"),
    path("shelf/<int:item_id>", browsing.shelf, name="shelf"),
    path("branches", views.branches, name="branches"),
    path("branch/<str:code>", views.branch, name="branch"),
    path("account", account.account, name="account"),
    path("account/sign-in", signing_in.sign_in, name="sign-in"),
    path("account/sign-out", signing_in.sign_out, name="sign-out"),
    path("account/renewals", account.renew_every, name="renew-all"),
    path("account/loans/<int:loan_id>/renewal", account.renew_one, name="renew"),
    path("account/history", history.history, name="history"),
    path("account/pin", card.pin, name="pin"),
    path("account/card", card.card, name="card"),
    path("account/card/<int:token_id>/lost", card.lost, name="card-lost"),
    path("account/card/reported-lost", views.reported_lost, name="reported-lost"),
    path("account/holds/<int:hold_id>/cancellation", holding.cancel, name="cancel-hold"),
    path("about/privacy", views.privacy, name="privacy"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("robots.txt", engines.robots, name="robots"),
    path("sitemap.xml", engines.sitemap, name="sitemap"),
    path("sitemap/pages.xml", engines.sitemap_pages, name="sitemap-pages"),
    path("sitemap/records-<int:number>.xml", engines.sitemap_records, name="sitemap-records"),
]
