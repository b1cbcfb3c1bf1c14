from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from wenyuan.lending.patrons.past_models import PastPatron as PastPatron
from wenyuan.plumbing.fields import EncryptedTextField


class PatronStatus(models.TextChoices):
    ACTIVE = "active"
    SUSPENDED = "suspended"  # 停借
    CLOSED = "closed"  # 退证


class TokenStatus(models.TextChoices):
    ACTIVE = "active"
    LOST = "lost"  # 挂失
    REPLACED = "replaced"  # 补证: stays searchable
    REMOVED = "removed"


class Category(models.Model):
    """Kind of reader: adult, child, senior, group …; policies hang on it.

    ``holder`` says whether a person or an institution (集体证) holds the card. ``guardian_age``: below this age a
    guardian is needed, beside the law's 14. ``guardian_in_order``: one of them must hold a card that is in order.
    """

    code = models.CharField(max_length=32, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40)
    min_age = models.SmallIntegerField(null=True, blank=True)
    max_age = models.SmallIntegerField(null=True, blank=True)
    holder = models.CharField(max_length=12, default="person")  # data.Holder
    guardian_required = models.BooleanField(default=False)
    guardian_age = models.SmallIntegerField(null=True, blank=True)
    guardian_in_order = models.BooleanField(default=False)
    months_valid = models.SmallIntegerField(default=36)


class Roster(models.Model):
    """A class list: children enrolled together by their school."""

    name = models.CharField(max_length=60)
    school = models.CharField(max_length=100)
    home_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["school", "name"], name="patrons_roster_once"),)


class Patron(models.Model):
    """读者. Identity number, phone and address are encrypted; number and phone are found by keyed hash.

    States: active, suspended (停借, until a date or until lifted), closed (退证). The first two, with
    ``suspended_until`` and ``status_reason``, sum up the open restrictions. ``merged_into`` is set of a second record
    of one person (closed): it leads on, and keeps what it was for an undo. ``version`` grows with every change that a
    loan decision rests on, a loan under the limit of an item type among them.
    """

    name = models.CharField(max_length=60)
    name_pinyin = models.CharField(max_length=200)  # without blanks, as it is searched
    name_initials = models.CharField(max_length=60)
    name_pinyin_other = models.CharField(max_length=200, blank=True)  # a second reading of the surname
    name_initials_other = models.CharField(max_length=60, blank=True)
    category = models.ForeignKey("patrons.Category", on_delete=models.PROTECT, related_name="+")
    home_branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=PatronStatus.choices, default=PatronStatus.ACTIVE)
    suspended_until = models.DateField(null=True, blank=True)
    status_reason = models.CharField(max_length=200, blank=True)
    registered_date = models.DateField()
    expires_date = models.DateField(null=True, blank=True)
    verified_date = models.DateField(null=True, blank=True)  # 验证: a document was looked at again
    birth_date = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=8, blank=True)
    number_form = models.CharField(max_length=24, blank=True)  # kernel.identity form; empty: no number
    number_hash = models.BinaryField(null=True, unique=True)
    number_last4 = models.CharField(max_length=4, blank=True)
    number_sealed = EncryptedTextField(blank=True)
    no_number_reason = models.CharField(max_length=24, blank=True)
    phone_hash = models.BinaryField(null=True)
    phone_last4 = models.CharField(max_length=4, blank=True)
    phone_sealed = EncryptedTextField(blank=True)
    address_sealed = EncryptedTextField(blank=True)
    email_sealed = EncryptedTextField(blank=True)
    pin_hash = models.CharField(max_length=200, blank=True)
    pin_failures = models.SmallIntegerField(default=0)
    pin_locked_until = models.DateTimeField(null=True, blank=True)
    pin_set_at = models.DateTimeField(null=True, blank=True)
    pin_drawn_at = models.DateTimeField(null=True, blank=True)  # when the desk drew it at random; none: it was chosen
    roster = models.ForeignKey("patrons.Roster", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    keep_history = models.BooleanField(default=False)
    merged_into = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (
            models.Index(OpClass("name", name="text_pattern_ops"), name="patrons_name"),
            models.Index(OpClass("name_pinyin", name="text_pattern_ops"), name="patrons_pinyin"),
            models.Index(fields=["name_initials"], name="patrons_initials"),
            models.Index(OpClass("name_pinyin_other", name="text_pattern_ops"), name="patrons_pinyin_other"),
            models.Index(fields=["name_initials_other"], name="patrons_initials_other"),
            models.Index(fields=["phone_last4"], name="patrons_phone_tail"),
            models.Index(fields=["phone_hash"], name="patrons_phone"),
            models.Index(fields=["merged_into"], name="patrons_merged", condition=Q(merged_into__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(number_hash__isnull=False) | ~Q(no_number_reason=""),
                name="patrons_number_or_reason",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="closed"), name="patrons_merged_is_closed"
            ),
            models.CheckConstraint(condition=Q(pin_hash="") | Q(pin_set_at__isnull=False), name="patrons_pin_since"),
        )


class Token(models.Model):
    """What a patron shows: card, identity card, 社保卡, chip UID, QR. Found by hash; only the library's own card
    number is kept readable, the others as their last four."""

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)  # kernel.identity TokenKind
    token_hash = models.BinaryField(unique=True)
    card_no = models.CharField(max_length=32, null=True, unique=True)
    last4 = models.CharField(max_length=4)
    status = models.CharField(max_length=12, choices=TokenStatus.choices, default=TokenStatus.ACTIVE)
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["patron"], name="patrons_token_patron"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="card") | Q(card_no__isnull=True), name="patrons_only_cards_readable"
            ),
        )


class PinTry(models.Model):
    """A wrong PIN at the portal or in another program: for whom and from where, both as keyed hashes, since it may have
    been nobody's card. Kept for a week (``waits.KEPT``), or until a right PIN from the same place or a new one.

    Wrong PINs at machines are counted on the patron.
    """

    reader = models.BinaryField()  # the patron, or else what was shown
    way = models.CharField(max_length=8)  # data.Way
    place = models.BinaryField()  # an address, a browser, or a program
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["reader", "way", "at"], name="patrons_pin_try_reader"),
            models.Index(fields=["place", "at"], name="patrons_pin_try_place"),
            models.Index(fields=["at"], name="patrons_pin_try_at"),
        )


class ErasureRequest(models.Model):
    """A reader asks that everything be deleted (PIPL 47). Open until it is done, refused with an ``answer`` that its
    reader reads, or taken back; of one patron one is open at a time."""

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    door = models.CharField(max_length=12)
    state = models.CharField(max_length=12)  # data.ErasureState
    answer = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        indexes = (
            models.Index(fields=["patron", "-id"], name="patrons_erasure_patron"),
            models.Index(fields=["asked_at"], name="patrons_erasure_open", condition=Q(state="open")),
        )
        constraints = (
            models.UniqueConstraint(fields=["patron"], name="patrons_erasure_once", condition=Q(state="open")),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True) | ~Q(state="open") & Q(ended_at__isnull=False),
                name="patrons_erasure_ended",
            ),
        )


class TakenCode(models.Model):
    """A code that a reader showed and a desk took (``shown_codes``), by keyed hash, until it would have expired: it is
    taken once. It names nobody."""

    code_hash = models.BinaryField(unique=True)
    until = models.DateTimeField()


class PhoneCode(models.Model):
    """Somebody asked for a code by a telephone number that may be nobody's: number, form, place and code as keyed
    hashes. The worker draws the code; it is good for five minutes and five tries. Kept for a week, for counting."""

    key_hash = models.BinaryField(null=True, unique=True)  # of the form; none: another code was asked for by it
    phone_hash = models.BinaryField()
    phone_last4 = models.CharField(max_length=4)
    language = models.CharField(max_length=2)
    place = models.BinaryField()  # an address
    at = models.DateTimeField()
    code_hash = models.BinaryField(null=True)
    drawn_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    passed_at = models.DateTimeField(null=True)  # the right code was given
    used_at = models.DateTimeField(null=True)  # and one of the readers has signed in by it

    class Meta:
        indexes = (
            models.Index(fields=["phone_hash", "at"], name="patrons_code_phone"),
            models.Index(fields=["place", "at"], name="patrons_code_place"),
            models.Index(fields=["at"], name="patrons_code_at"),
        )


class PreRegistration(models.Model):
    """What somebody without a card told of themselves at the portal, sealed, under the number that they tell at a desk.
    It goes with the registration that goes on with it, else in the night after a week."""

    number = models.CharField(max_length=12, unique=True)
    told_sealed = EncryptedTextField()
    place = models.BinaryField()  # from which network, as a keyed hash
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["at"], name="patrons_pre_registered"),)


class CardLink(models.Model):
    """A reader keeps another's card under their own sign-in, since they showed its PIN. It goes with a new PIN, with
    the departure of either, and when either takes it away; a card that is not in use opens nothing meanwhile."""

    keeper = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    token = models.ForeignKey("patrons.Token", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["keeper", "token"], name="patrons_card_link_once"),)


class Guardian(models.Model):
    """Who answers for a child, or for an institution: a patron or a person named only here. Several children may have
    one guardian."""

    child = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+", null=True)
    name = models.CharField(max_length=60)
    relation = models.CharField(max_length=16)
    phone_last4 = models.CharField(max_length=4, blank=True)
    phone_sealed = EncryptedTextField(blank=True)
    number_hash = models.BinaryField(null=True)
    number_last4 = models.CharField(max_length=4, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["child"], name="patrons_guardian_child"),
            models.Index(fields=["patron"], name="patrons_guardian_patron"),
            models.Index(fields=["phone_last4"], name="patrons_guardian_phone_tail"),
        )


class Consent(models.Model):
    """A patron (or guardian, PIPL 31) agreed to a purpose under a version of the notice, and may withdraw it."""

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=24)  # registration, history, notices
    notice_version = models.CharField(max_length=16)
    given_by = models.CharField(max_length=12)  # self, guardian
    guardian = models.ForeignKey("patrons.Guardian", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["patron", "purpose"], name="patrons_consent_purpose"),)


class Restriction(models.Model):
    """停借 for one reason; several may stand at once, and their union keeps the patron from borrowing.

    Open until ``ended_at``: lifted by somebody, or found to have run out by the next write. ``Patron.status``,
    ``suspended_until`` and ``status_reason`` are the summary of the open ones, written in the same transaction.
    """

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)  # data.RestrictionKind
    cause = models.CharField(max_length=16)  # data.RestrictionCause
    reason = models.CharField(max_length=200, blank=True)
    from_date = models.DateField()
    until = models.DateField(null=True, blank=True)  # the last day; none: until lifted
    about_kind = models.CharField(max_length=16, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["patron", "-id"], name="patrons_restriction_patron"),
            models.Index(fields=["until"], name="patrons_restriction_open", condition=Q(ended_at__isnull=True)),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("from_date")),
                name="patrons_restriction_days",
            ),
            models.UniqueConstraint(
                fields=["patron", "kind", "about_kind", "about_id"],
                name="patrons_restricted_once",
                condition=Q(ended_at__isnull=True, about_id__isnull=False),
            ),
        )


class ProxyAct(models.Model):
    """代办: somebody did an act of the patron's for them. Their name is sealed; of the document the last four stay."""

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=32)  # the journal's kind
    at = models.DateTimeField()
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    name_sealed = EncryptedTextField()
    name_mask = models.CharField(max_length=60)
    relation = models.CharField(max_length=16)  # data.ProxyRelation
    document = models.CharField(max_length=24)  # data.DocumentSeen
    document_last4 = models.CharField(max_length=4, blank=True)

    class Meta:
        indexes = (models.Index(fields=["patron", "-id"], name="patrons_proxy_patron"),)


class Merge(models.Model):
    """Two records of one person became one; within thirty days it can be undone. What moved stands in ``MergedRow``.

    ``was_status`` and ``kept_history`` are how ``gone`` and ``kept`` stood before; ``filled`` names the particulars
    that ``kept`` lacked and took over.
    """

    kept = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    was_status = models.CharField(max_length=12)
    kept_history = models.BooleanField()
    filled = models.JSONField(default=list)
    branch = models.ForeignKey("network.Branch", on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+", null=True)
    undo_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = (models.Index(fields=["kept"], name="patrons_merge_kept"),)
        constraints = (
            models.UniqueConstraint(fields=["gone"], name="patrons_merged_once", condition=Q(undone_at__isnull=True)),
            models.CheckConstraint(condition=~Q(kept=models.F("gone")), name="patrons_merge_two_records"),
        )


class MergedRow(models.Model):
    """A row that a merge moved: which room's, its id, and a number it had before. Nothing of the person."""

    merge = models.ForeignKey("patrons.Merge", on_delete=models.PROTECT, related_name="+")
    room = models.CharField(max_length=32)
    what = models.CharField(max_length=32)
    row_id = models.BigIntegerField()
    was = models.BigIntegerField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["merge", "room", "what", "row_id"], name="patrons_moved_once"),)


class KeptApart(models.Model):
    """Somebody looked at two records that are alike and found two persons; they are not proposed again."""

    first = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["first", "second"], name="patrons_apart_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="patrons_apart_in_order"),
        )


class ReaderRef(models.Model):
    """The random token that stands for a patron in one calendar year of the journal. Deleted on erasure and when the
    year's figures close; nothing else leads from the journal to a person."""

    patron = models.ForeignKey("patrons.Patron", on_delete=models.PROTECT, related_name="+")
    year = models.SmallIntegerField()
    ref = models.UUIDField(unique=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["patron", "year"], name="patrons_one_ref_a_year"),)
