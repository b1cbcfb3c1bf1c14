"""URLs of notices. A reader stands in them as the row's id alone."""

from django.urls import path

from wenyuan.doors.workbench.notices import calls, readers, sent, texts

urlpatterns = [
    path("", sent.log, name="notices"),
    path("<int:message_id>/", sent.message, name="notice"),
    path("<int:message_id>/decision", sent.decision, name="notice-decision"),
    path("texts", texts.texts, name="notice-texts"),
    path("texts/<slug:kind>/<slug:channel>/<slug:language>", texts.text, name="notice-text"),
    path("hours", texts.hours, name="notice-hours"),
    path("calls", calls.lists, name="call-lists"),
    path("calls/<int:list_id>", calls.call_list, name="call-list"),
    path("calls/<int:list_id>/assigned", calls.assign, name="call-assign"),
    path("calls/<int:list_id>/closed", calls.close, name="call-list-close"),
    path("calls/<int:list_id>/sheet", calls.sheet, name="call-sheet"),
    path("calls/<int:list_id>/slips", calls.slips, name="call-slips"),
    path("call/<int:call_id>", calls.call, name="call"),
    path("call/<int:call_id>/number", calls.number, name="call-number"),
    path("readers/<int:patron_id>", readers.reader, name="reader-notices"),
]
