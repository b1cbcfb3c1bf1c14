"""Forms of readers."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wenyuan.doors.workbench.patrons.words import (
    DOCUMENT_CHOICES,
    NO_NUMBER_WORDS,
    PROXY_CHOICES,
    RELATION_CHOICES,
    TOKEN_WORDS,
)
from wenyuan.kernel.identity import Gender, IdentityForm, TokenKind, UidBase
from wenyuan.lending.patrons.data import (
    NOTICE_VERSION,
    CategoryFacts,
    CategoryRules,
    ConsentInput,
    ConsentPurpose,
    DocumentSeen,
    GivenBy,
    GuardianInput,
    Holder,
    NewPatron,
    NoNumberReason,
    NumberInput,
    OnBehalf,
    PatronChange,
    ProxyRelation,
    Relation,
    TokenInput,
)
from wenyuan.lending.patrons.queries import patron_by_token
from wenyuan.organisation.network.data import BranchFacts

UNKNOWN = [("", _("Not known"))]
DOCUMENTS = [
    ("", _("Identity card or residence permit")),
    (IdentityForm.HMT_TRAVEL.value, _("Travel permit (Hong Kong, Macao, Taiwan)")),
    (IdentityForm.PASSPORT.value, _("Passport")),
]
NO_NUMBER = [("", _("The number is entered above"))] + [
    (reason.value, words) for reason, words in NO_NUMBER_WORDS.items() if reason is not NoNumberReason.ERASED
]
TOKENS = [
    (kind.value, TOKEN_WORDS[kind.value])
    for kind in (TokenKind.SOCIAL_SECURITY, TokenKind.UID, TokenKind.IDENTITY, TokenKind.CARD, TokenKind.QR)
]
BASES = [
    (UidBase.HEX.value, _("in hexadecimal digits")),
    (UidBase.DECIMAL.value, _("as one decimal number")),
    (UidBase.WIEGAND.value, _("as two decimal numbers")),
]
ACTIVE = "active"
GENDERS = [*UNKNOWN, (Gender.MALE.value, _("Male")), (Gender.FEMALE.value, _("Female"))]


def text(label: Any, *, most: int, required: bool = False, **attrs: str) -> forms.CharField:
    """A line of text that browsers do not remember."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget)


def day(label: Any, *, required: bool = False) -> forms.DateField:
    """A date as browsers enter it."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget)


def branch_choices(branches: list[BranchFacts]) -> list[tuple[str, str]]:
    """Branches as choices, by their names."""
    language = get_language() or "zh-hans"
    return [(str(branch.id), branch.name(language)) for branch in branches]


def category_choices(categories: tuple[CategoryFacts, ...]) -> list[tuple[str, str]]:
    """Kinds of reader as choices."""
    language = get_language() or "zh-hans"
    return [(category.code, category.name(language)) for category in categories]


class SearchForm(forms.Form):
    """Whatever a clerk has of a reader. It is posted, since it may be a number."""

    text = forms.CharField(
        label=_("Card, number, name, pinyin, or the end of a phone number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )


class PersonForm(forms.Form):
    """What is known of a person, in registration and in later changes."""

    name = text(_("Name"), most=60, required=True)
    number = text(_("Identity number"), most=40, autocapitalize="characters")
    document = forms.ChoiceField(label=pgettext_lazy("identity", "Kind of document"), choices=DOCUMENTS, required=False)
    birth_date = day(_("Birth date"))
    gender = forms.ChoiceField(label=_("Gender"), choices=GENDERS, required=False)
    phone = text(_("Phone"), most=32, inputmode="tel")
    email = text(_("E-mail"), most=254, inputmode="email")
    address = text(_("Address"), most=200)
    category = forms.ChoiceField(label=_("Kind of reader"))
    home_branch = forms.ChoiceField(label=_("Home branch"))

    def __init__(
        self, *args: Any, categories: tuple[CategoryFacts, ...], branches: list[BranchFacts], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_choices(categories)  # type: ignore[attr-defined] # a ChoiceField
        self.fields["home_branch"].choices = branch_choices(branches)  # type: ignore[attr-defined]

    def number_given(self) -> NumberInput | None:
        """The number as the verbs take it, with the document where that says what it is."""
        number, document = self.cleaned_data["number"], self.cleaned_data["document"]
        return NumberInput(number, IdentityForm(document) if document else None) if number else None

    def gender_given(self) -> Gender | None:
        """The gender, if it is known."""
        return Gender(self.cleaned_data["gender"]) if self.cleaned_data["gender"] else None


class GuardianFields(forms.Form):
    """Who answers for a child: a reader by card, so that several children share one guardian, or a name with what is
    known."""

    guardian_card = text(_("Card of the guardian, who is a reader"), most=64)
    guardian_name = text(_("or name of the guardian"), most=60)
    relation = forms.ChoiceField(label=_("The guardian is"), choices=RELATION_CHOICES, required=False)
    guardian_phone = text(_("Phone of the guardian"), most=32, inputmode="tel")

    def clean_guardian_card(self) -> int | None:
        """The reader whose card it is."""
        card = self.cleaned_data["guardian_card"]
        if not card:
            return None
        found = patron_by_token(card)
        if found is None or found.token_status != ACTIVE:
            raise forms.ValidationError(_("No reader has this card in use."))
        return found.patron.id

    def guardians(self) -> tuple[GuardianInput, ...]:
        """The guardian as the verbs take it, nobody where nothing was entered."""
        values = self.cleaned_data
        relation = Relation(values["relation"] or Relation.OTHER.value)
        if values["guardian_card"]:
            return (GuardianInput(relation=relation, patron_id=values["guardian_card"]),)
        if not values["guardian_name"] and not values["guardian_phone"]:
            return ()
        return (GuardianInput(name=values["guardian_name"], relation=relation, phone=values["guardian_phone"] or None),)


class GuardianForm(GuardianFields):
    """Another guardian of a child who is a reader already."""

    def guardian(self) -> GuardianInput:
        """The guardian as the verb takes it; one of whom nothing is known is refused by it."""
        nobody = GuardianInput(relation=Relation.OTHER)
        return next(iter(self.guardians()), nobody)


class RegistrationForm(PersonForm, GuardianFields):
    """办证: everything an application may hold; consent is asked for each purpose by itself."""

    no_number_reason = forms.ChoiceField(label=_("Why there is no number"), choices=NO_NUMBER, required=False)
    card_no = text(_("Card number"), most=32, autocapitalize="characters")
    pin = text(_("PIN, four to six digits"), most=6, inputmode="numeric")
    given_by = forms.ChoiceField(
        label=_("Who consents"),
        choices=[(GivenBy.SELF.value, _("The reader")), (GivenBy.GUARDIAN.value, _("The guardian (below 14)"))],
        widget=forms.RadioSelect,
        initial=GivenBy.SELF.value,
    )
    consent = forms.BooleanField(
        label=_("The notice on personal data was shown, and they agree to be registered"),
        error_messages={"required": _("Without consent nobody is registered.")},
    )
    keep_history = forms.BooleanField(label=_("They ask the library to keep their reading history"), required=False)
    notices = forms.BooleanField(label=_("They agree to messages"), required=False)
    pre_registration = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput())
    somebody_else = forms.BooleanField(
        label=_("The record that looks the same was looked at, and is another person's"), required=False
    )

    def application(self) -> NewPatron:
        """The application as the verb takes it."""
        values = self.cleaned_data
        reason, number = values["no_number_reason"], self.number_given()
        return NewPatron(
            name=values["name"],
            category=values["category"],
            home_branch_id=int(values["home_branch"]),
            consent=self._consent(),
            number=number,
            no_number_reason=NoNumberReason(reason) if reason and number is None else None,
            birth_date=values["birth_date"],
            gender=self.gender_given(),
            phone=values["phone"] or None,
            address=values["address"] or None,
            email=values["email"] or None,
            guardians=self.guardians(),
            card_no=values["card_no"] or None,
            pin=values["pin"] or None,
            somebody_else=values["somebody_else"],
            pre_registration=values["pre_registration"],
        )

    def _consent(self) -> ConsentInput:
        values = self.cleaned_data
        also = {
            purpose
            for purpose, field in ((ConsentPurpose.HISTORY, "keep_history"), (ConsentPurpose.NOTICES, "notices"))
            if values[field]
        }
        given_by = GivenBy(values["given_by"])
        return ConsentInput(notice_version=NOTICE_VERSION, given_by=given_by, also=frozenset(also))


class EditForm(PersonForm):
    """What shall be otherwise. Sealed values are not shown: an empty field leaves them, a tick takes them away."""

    pinyin = text(_("Pinyin"), most=200)
    expires_date = day(_("Valid until"))
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"})
    )
    forget_phone = forms.BooleanField(label=_("Take the phone away"), required=False)
    forget_address = forms.BooleanField(label=_("Take the address away"), required=False)
    forget_email = forms.BooleanField(label=_("Take the e-mail away"), required=False)

    def change(self) -> PatronChange:
        """The change as the verb takes it."""
        values = {name: self.cleaned_data[name] if name in self.changed_data else None for name in self.cleaned_data}
        return PatronChange(
            name=values["name"],
            pinyin=values["pinyin"] or None,
            phone=self._sealed("phone"),
            address=self._sealed("address"),
            email=self._sealed("email"),
            category=values["category"],
            home_branch_id=int(values["home_branch"]) if values["home_branch"] else None,
            expires_date=values["expires_date"],
            birth_date=values["birth_date"],
            gender=Gender(values["gender"]) if values["gender"] else None,
            number=self.number_given(),
            note=values["note"],
        )

    def _sealed(self, name: str) -> str | None:
        if self.cleaned_data[f"forget_{name}"]:
            return ""
        return self.cleaned_data[name] or None


class ReasonForm(forms.Form):
    """Why something is done to a reader."""

    reason = text(_("Why"), most=200, required=True)


class SuspensionForm(ReasonForm):
    """停借: until a day, or until it is lifted."""

    until = day(_("Until (empty: until lifted)"))


def number(label: Any, *, most: int, help_text: Any = "") -> forms.IntegerField:
    """A whole number that may be left out."""
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False, help_text=help_text)


class CategoryForm(forms.Form):
    """What a kind of reader asks for."""

    name_zh = text(_("Name in Chinese"), most=40, required=True)
    name_en = text(_("Name in English"), most=40, required=True)
    holder = forms.ChoiceField(
        label=_("Who holds the card"),
        choices=[(Holder.PERSON.value, _("A person")), (Holder.INSTITUTION.value, _("An institution"))],
    )
    min_age = number(_("Youngest, in full years"), most=150)
    max_age = number(_("Oldest, in full years"), most=150)
    months_valid = forms.IntegerField(
        label=_("Months valid"), min_value=0, max_value=1200, help_text=_("0: the registration has no end.")
    )
    guardian_required = forms.BooleanField(label=_("A guardian is always needed"), required=False)
    guardian_age = number(
        _("A guardian is needed below this age"), most=150, help_text=_("Below 14 the law asks for one in any case.")
    )
    guardian_in_order = forms.BooleanField(label=_("One guardian must hold a card that is in order"), required=False)

    def terms(self) -> CategoryRules:
        """The rules as the verbs take them."""
        values = self.cleaned_data
        return CategoryRules(
            name_zh=values["name_zh"],
            name_en=values["name_en"],
            holder=Holder(values["holder"]),
            min_age=values["min_age"],
            max_age=values["max_age"],
            guardian_required=values["guardian_required"],
            guardian_age=values["guardian_age"],
            guardian_in_order=values["guardian_in_order"],
            months_valid=values["months_valid"],
        )


class NewCategoryForm(CategoryForm):
    code = text(_("Code"), most=32, required=True, autocapitalize="none")
    field_order = ("code", *CategoryForm.base_fields)


class ProxyForm(forms.Form):
    """代办: who stands at the desk for the reader, and what they showed."""

    name = text(_("Name"), most=60, required=True)
    relation = forms.ChoiceField(label=_("They are the reader's"), choices=PROXY_CHOICES)
    document = forms.ChoiceField(label=_("Document seen"), choices=DOCUMENT_CHOICES)
    document_no = text(_("Number of the document; its last four are kept"), most=40)

    def behalf(self) -> OnBehalf:
        """Who acts, as the verbs take it."""
        values = self.cleaned_data
        return OnBehalf(
            name=values["name"],
            relation=ProxyRelation(values["relation"]),
            document=DocumentSeen(values["document"]),
            document_no=values["document_no"],
        )


class VerificationForm(forms.Form):
    """验证: the document that was looked at; its number is compared where it is scanned or typed."""

    document = forms.ChoiceField(label=_("Document seen"), choices=DOCUMENT_CHOICES)
    number = text(_("Its number, to be compared"), most=40, autocapitalize="characters")


class TokenForm(forms.Form):
    """Something else the reader will show."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TOKENS)
    code = text(_("Scan it, or type its number"), most=64, required=True)
    base = forms.ChoiceField(label=_("A chip's number is written"), choices=BASES, required=False)

    def token(self) -> TokenInput:
        """The token as the verb takes it. A chip's byte order need not be known: it is found by either."""
        values = self.cleaned_data
        base = UidBase(values["base"] or UidBase.HEX.value)
        return TokenInput(kind=TokenKind(values["kind"]), text=values["code"], uid_base=base)


class NewCardForm(forms.Form):
    """补证: a card that was printed already, or the library's next number."""

    card_no = text(_("Number of the new card (empty: the next one)"), most=32, autocapitalize="characters")


class ClassListForm(forms.Form):
    """A class list as a school sends it."""

    school = text(_("School"), most=100, required=True)
    class_name = text(_("School class"), most=60, required=True)
    category = forms.ChoiceField(label=_("Kind of reader"))
    home_branch = forms.ChoiceField(label=_("Home branch"))
    sheet = forms.FileField(
        label=_("Class list (XLSX or CSV)"),
        help_text=_("Columns: name, gender, birth date, number, guardian, relation, phone; sixty rows at most."),
    )
    consent = forms.BooleanField(
        label=_("The school holds the guardians' signed consents to the notice on personal data"),
        error_messages={"required": _("Without consent nobody is registered.")},
    )

    def __init__(
        self, *args: Any, categories: tuple[CategoryFacts, ...], branches: list[BranchFacts], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = category_choices(categories)  # type: ignore[attr-defined] # a ChoiceField
        self.fields["home_branch"].choices = branch_choices(branches)  # type: ignore[attr-defined]


def edit_initial(
    *, name: str, category: str, home_branch_id: int, expires: date | None, birth: date | None, gender: str, note: str
) -> dict[str, Any]:
    """What the form for changes begins with; the birth date is left to the number where there is one."""
    return {
        "name": name,
        "category": category,
        "home_branch": str(home_branch_id),
        "expires_date": expires,
        "birth_date": birth,
        "gender": gender,
        "note": note,
    }
