"""Which of our records a record of others may be."""

from django.db.models.functions import Coalesce

from wenyuan.holdings.catalogue.models import Bib, Identifier
from wenyuan.holdings.catalogue.rules import column_text
from wenyuan.kernel.booknumbers import BadBookNumber, parse_isbn, parse_issn
from wenyuan.kernel.chinese import fold
from wenyuan.kernel.marc import Description, Dialect, Record, describe

MOST_MATCHES = 5


def matches_of(record: Record, *, dialect: Dialect) -> tuple[int, ...]:
    """Bibs of the same dialect that may be the same work, the likeliest first: the same number of the same source, the
    same ISBN or ISSN, the same title and first author."""
    described = describe(record, dialect=dialect)
    # A record that was merged stands for the one that it leads to.
    ours = Bib.objects.filter(dialect=dialect.value).order_by("id").annotate(one=Coalesce("merged_into_id", "id"))
    found: dict[int, None] = {}
    if described.control_number and described.agency:
        same = ours.filter(source=column_text(described.agency, 32), control_number=described.control_number[:64])
        found |= dict.fromkeys(same.values_list("one", flat=True)[:MOST_MATCHES])
    if numbers := _numbers(described):
        bibs = Identifier.objects.filter(value__in=numbers).order_by("bib_id").values("bib_id")
        found |= dict.fromkeys(ours.filter(id__in=bibs).values_list("one", flat=True)[:MOST_MATCHES])
    if title := fold(described.title):
        named = ours.filter(title_fold=title[:500])
        if described.authors:
            named = named.filter(author_fold__startswith=fold(described.authors[0].name)[:300])
        found |= dict.fromkeys(named.values_list("one", flat=True)[:MOST_MATCHES])
    return tuple(found)[:MOST_MATCHES]


def _numbers(described: Description) -> list[str]:
    numbers = []
    for text in described.isbns:
        try:
            numbers.append(parse_isbn(text).isbn13)
        except BadBookNumber:
            continue
    for text in described.issns:
        try:
            numbers.append(parse_issn(text))
        except BadBookNumber:
            continue
    return numbers
