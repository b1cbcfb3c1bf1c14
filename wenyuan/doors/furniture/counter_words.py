"""Counters at doors in words for every door: why a reading is not taken."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from wenyuan.services.visits.data import ReadingReason

READING_REASONS: Final[Mapping[ReadingReason, StrOrPromise]] = {
    ReadingReason.TO_COME: _("Its moment has not come yet: the counter's clock is fast."),
    ReadingReason.BEFORE_COUNTER: _("It is from before the counter was set up: the counter's clock was reset."),
    ReadingReason.AFTER_COUNTER: _("It is from after the counter or its service point was taken down."),
    ReadingReason.BAD_NUMBER: _("The counter cannot say such a number."),
    ReadingReason.INTERVAL_MISSING: _("This counter counts by interval: say since when."),
    ReadingReason.INTERVAL_NOT_COUNTED: _("This counter says totals, which have no beginning."),
    ReadingReason.BAD_INTERVAL: _("The interval must end after it begins and last a day at most."),
    ReadingReason.OUT_NOT_COUNTED: _("This counter does not tell who goes out."),
    ReadingReason.OUT_MISSING: _("How many went out is missing."),
}
