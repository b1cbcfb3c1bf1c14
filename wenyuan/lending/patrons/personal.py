"""Personal data in the law's sense: reveals, consents, guardians, kept history, and the keys it is sealed with."""

from datetime import datetime

from django.db import connection

from wenyuan.lending.patrons import rules, seams, sql
from wenyuan.lending.patrons.data import (
    ConsentInput,
    ConsentPurpose,
    GivenBy,
    GuardianInput,
    KeyRotation,
    PatronRefused,
    PatronUnknown,
    PersonalField,
    Problem,
    ProblemCode,
)
from wenyuan.lending.patrons.models import Category, Consent, Guardian, Patron, PatronStatus, PreRegistration, ProxyAct
from wenyuan.lending.patrons.queries import category_facts
from wenyuan.lending.patrons.records import (
    audit_act,
    follow_contacts,
    guardian_problems,
    has_guardian,
    lock_open_patron,
    lock_patron,
    note,
    save_change,
)
from wenyuan.lending.patrons.registration import guardian_facts, write_guardian
from wenyuan.organisation.journal.data import Kind
from wenyuan.organisation.rights.data import Act, Desk
from wenyuan.organisation.rights.operations import audit
from wenyuan.organisation.rights.queries import needs, require
from wenyuan.plumbing.clock import local_date
from wenyuan.plumbing.secrets import key_ring
from wenyuan.plumbing.transactions import verb

ROTATED_ROWS = 500
"""Rows sealed anew in one transaction: well under a second."""


@needs(Act.REVEAL_PERSONAL)
@verb
def reveal(*, patron_id: int, field: PersonalField, reason: str, at: datetime, desk: Desk) -> str:
    """Show one sealed value in full. The audit keeps who, when, which field and why, and not the value.

    :raises NotAllowed: the operator may not reveal here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: no reason, a number in the reason, or nothing to reveal.
    """
    require(desk.operator, Act.REVEAL_PERSONAL, desk.branch_id)
    patron = Patron.objects.filter(id=patron_id).first()
    if patron is None:
        raise PatronUnknown("patron")
    sealed = {
        PersonalField.NUMBER: patron.number_sealed,
        PersonalField.PHONE: patron.phone_sealed,
        PersonalField.ADDRESS: patron.address_sealed,
        PersonalField.EMAIL: patron.email_sealed,
    }
    return _revealed(sealed[field], patron, field.value, reason, at=at, desk=desk)


@needs(Act.REVEAL_PERSONAL)
@verb
def reveal_guardian_phone(*, guardian_id: int, reason: str, at: datetime, desk: Desk) -> str:
    """Show the phone of a guardian who is no patron; audited as :func:`reveal` is, on the child.

    :raises NotAllowed: the operator may not reveal here.
    :raises PatronUnknown: no such guardian.
    :raises PatronRefused: no reason, a number in the reason, or no phone.
    """
    require(desk.operator, Act.REVEAL_PERSONAL, desk.branch_id)
    guardian = Guardian.objects.select_related("child").filter(id=guardian_id).first()
    if guardian is None:
        raise PatronUnknown("guardian")
    return _revealed(guardian.phone_sealed, guardian.child, "guardian_phone", reason, at=at, desk=desk)


@needs(Act.REVEAL_PERSONAL)
@verb
def reveal_proxy(*, proxy_id: int, reason: str, at: datetime, desk: Desk) -> str:
    """Show the name of somebody who acted for a patron; audited as :func:`reveal` is, on the patron.

    :raises NotAllowed: the operator may not reveal here.
    :raises PatronUnknown: no such act.
    :raises PatronRefused: no reason, or a number in the reason.
    """
    require(desk.operator, Act.REVEAL_PERSONAL, desk.branch_id)
    proxy = ProxyAct.objects.select_related("patron").filter(id=proxy_id).first()
    if proxy is None:
        raise PatronUnknown("proxy")
    return _revealed(proxy.name_sealed, proxy.patron, "proxy_name", reason, at=at, desk=desk)


def _revealed(value: str, patron: Patron, field: str, reason: str, *, at: datetime, desk: Desk) -> str:
    problems = rules.reason_problems(reason, today=local_date(at))
    if not value:
        problems.append(Problem(ProblemCode.NO_SUCH_VALUE, field))
    if problems:
        raise PatronRefused(*problems)
    audit(
        at=at,
        desk=desk,
        act=Act.REVEAL_PERSONAL,
        subject_kind="patron",
        subject_id=patron.id,
        branch_id=patron.home_branch_id,
        reason=reason.strip(),
        after={"field": field},
    )
    return value


@needs(Act.EDIT_PATRON)
@verb
def record_consent(
    *,
    patron_id: int,
    purpose: ConsentPurpose,
    notice_version: str,
    given_by: GivenBy,
    at: datetime,
    desk: Desk,
    guardian_id: int | None = None,
) -> None:
    """Note that the patron (or guardian) agreed to a purpose under this version of the notice.

    A newer version replaces the older consent, which counts as withdrawn. Consent to history turns its keeping on.
    ``guardian_id`` says which of several guardians gave it.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron, or no such guardian of theirs.
    :raises PatronRefused: the patron has left, the notice is not named, or a guardian must consent.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    _consent(patron, purpose, notice_version, given_by, at=at, guardian_id=guardian_id)
    if purpose is ConsentPurpose.HISTORY:
        patron.keep_history = True
        save_change(patron, "keep_history", at=at)
    details = {"what": ["consent"], "purpose": purpose.value, "notice": notice_version.strip()}
    note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details=details)


@needs(Act.EDIT_PATRON)
@verb
def withdraw_consent(*, patron_id: int, purpose: ConsentPurpose, at: datetime, desk: Desk) -> None:
    """Take a consent back; of history, what was kept is forgotten too. One that was never given changes nothing.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left, or it is the consent to registration: that is taken back by closing
        or erasing the patron.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    if purpose is ConsentPurpose.REGISTRATION:
        raise PatronRefused(Problem(ProblemCode.CONSENT_NEEDED, "consent"))
    withdrawn = _withdraw(patron, purpose, at=at)
    if purpose is ConsentPurpose.HISTORY:
        _forget(patron, at=at)
    if purpose is ConsentPurpose.NOTICES:
        follow_contacts(patron, at=at)
    if withdrawn:
        details = {"what": ["consent_withdrawn"], "purpose": purpose.value}
        note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details=details)


@needs(Act.EDIT_PATRON)
@verb
def set_keep_history(
    *,
    patron_id: int,
    keep: bool,
    at: datetime,
    desk: Desk,
    notice_version: str = "",
    given_by: GivenBy = GivenBy.SELF,
) -> None:
    """Keep the patron's loans after their return, by consent under this notice; or stop and forget what was kept.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: the patron has left; to keep: the notice is not named, or a guardian must consent.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    switch_history(patron, keep=keep, notice_version=notice_version, given_by=given_by, at=at, desk=desk)


def switch_history(
    patron: Patron, *, keep: bool, notice_version: str, given_by: GivenBy, at: datetime, desk: Desk
) -> None:
    """A step: keep the loans of a patron, who is locked, after their return, or forget them.

    :raises PatronRefused: as ``set_keep_history``.
    """
    if keep:
        _consent(patron, ConsentPurpose.HISTORY, notice_version, given_by, at=at)
        patron.keep_history = True
        save_change(patron, "keep_history", at=at)
    else:
        _withdraw(patron, ConsentPurpose.HISTORY, at=at)
        _forget(patron, at=at)
    note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details={"what": ["keep_history"], "keep": keep})


@needs(Act.EDIT_PATRON)
@verb
def come_of_age(*, patron_id: int, consent: ConsentInput, at: datetime, desk: Desk, category: str = "") -> None:
    """成年: somebody who was registered as a child consents alone (14), and is nobody's ward any more (18).

    What the guardian had consented to ends; what is not named in ``consent`` anew is withdrawn, and kept history then
    forgotten. ``category`` takes the place of the child's, which no longer fits.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such patron.
    :raises PatronRefused: with every problem at once: below 14 or of unknown age, no own consent under a named notice,
        a category that does not fit or is unknown, or the patron has left.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    patron = lock_open_patron(patron_id)
    today = local_date(at)
    born = patron.birth_date
    problems = rules.consent_problems(consent, by_guardian=False)
    if consent.given_by is not GivenBy.SELF:
        problems.append(Problem(ProblemCode.CONSENT_MISSING, "consent"))
    if born is None or rules.is_below(rules.AGE_OF_OWN_CONSENT, born, on=today):
        problems.append(Problem(ProblemCode.NOT_OF_AGE, "birth_date"))
    if category:
        chosen = Category.objects.filter(code=category).first()
        if chosen is None:
            problems.append(Problem(ProblemCode.CATEGORY_UNKNOWN, "category"))
        else:
            patron.category = chosen
    facts = category_facts(patron.category)
    problems += rules.category_problems(facts, born, today=today)
    if problems:
        raise PatronRefused(*problems)
    is_adult = not rules.is_below(rules.AGE_OF_MAJORITY, born, on=today)
    if is_adult and not rules.needs_guardian(facts, born, today=today):
        Guardian.objects.filter(child=patron, until__isnull=True).update(until=today)
    elif problems := guardian_problems(patron, facts, today=today):
        raise PatronRefused(*problems)
    _consent_alone(patron, consent, at=at)
    save_change(patron, "category", "keep_history", at=at)
    details = {"what": ["came_of_age"], "age": rules.AGE_OF_MAJORITY if is_adult else rules.AGE_OF_OWN_CONSENT}
    note(Kind.PATRON_CHANGED, patron, at=at, desk=desk, details=details)
    audit_act(patron, "come_of_age", at=at, desk=desk, category=patron.category.code, notice=consent.notice_version)


def _consent_alone(patron: Patron, consent: ConsentInput, *, at: datetime) -> None:
    """The patron's own consents take the place of whatever was consented to for them."""
    wanted = rules.purposes_of(consent)
    Consent.objects.filter(patron=patron, withdrawn_at__isnull=True).update(withdrawn_at=at)
    for purpose in wanted:
        Consent.objects.create(
            patron=patron,
            purpose=purpose.value,
            notice_version=consent.notice_version.strip(),
            given_by=GivenBy.SELF.value,
            given_at=at,
        )
    patron.keep_history = ConsentPurpose.HISTORY in wanted
    if not patron.keep_history:
        seams.forget_history(patron.id)


@needs(Act.EDIT_PATRON)
@verb
def add_guardian(*, child_id: int, guardian: GuardianInput, at: datetime, desk: Desk) -> int:
    """Note who answers for a child, beside those who do; returns the guardian's id. The same patron twice is one.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such child.
    :raises PatronRefused: with every problem at once.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    child = lock_open_patron(child_id)
    today = local_date(at)
    person, problems = rules.check_guardian(guardian, guardian_facts(guardian.patron_id), today=today)
    if guardian.patron_id == child.id:
        problems.append(Problem(ProblemCode.GUARDIAN_IS_CHILD, "guardian"))
    if problems:
        raise PatronRefused(*problems)
    if guardian.patron_id is not None:
        known = Guardian.objects.filter(child=child, patron_id=guardian.patron_id, until__isnull=True).first()
        if known is not None:
            return known.id
    row = write_guardian(child, guardian.patron_id, guardian.relation, person, since=today)
    save_change(child, at=at)
    note(Kind.PATRON_CHANGED, child, at=at, desk=desk, details={"what": ["guardian_added"]})
    return row.id


@needs(Act.EDIT_PATRON)
@verb
def end_guardian(*, guardian_id: int, at: datetime, desk: Desk) -> None:
    """Somebody no longer answers for a child. Ending it again changes nothing.

    :raises NotAllowed: the operator may not edit patrons here.
    :raises PatronUnknown: no such guardian.
    :raises PatronRefused: the child needs a guardian and this is the last: name another first.
    """
    require(desk.operator, Act.EDIT_PATRON, desk.branch_id)
    guardian = Guardian.objects.filter(id=guardian_id).first()
    if guardian is None:
        raise PatronUnknown("guardian")
    child = lock_patron(guardian.child_id)
    guardian.refresh_from_db()
    if guardian.until is not None:
        return
    today = local_date(at)
    guardian.until = today
    guardian.save(update_fields=["until"])
    needed = rules.needs_guardian(category_facts(child.category), child.birth_date, today=today)
    if child.status != PatronStatus.CLOSED and needed and not has_guardian(child.id):
        raise PatronRefused(rules.missing_guardian(category_facts(child.category)))
    save_change(child, at=at)
    note(Kind.PATRON_CHANGED, child, at=at, desk=desk, details={"what": ["guardian_ended"]})


@needs(Act.MANAGE_ACCOUNTS)
@verb
def rotate_keys(*, at: datetime, desk: Desk, limit: int = ROTATED_ROWS) -> KeyRotation:
    """Seal up to ``limit`` patrons, guardians, names of who acted for others, and pre-registrations, anew with the
    ring's current key.

    Call it again until none remain: each call is a transaction of its own and takes whatever still names an older
    key, so a stop loses nothing. Hashes do not change: they hang on the ring's first key. The act is the system
    administrator's, everywhere.

    :raises NotAllowed: the operator does not manage accounts of the whole network.
    :raises KeyRingError: a row names a key the ring does not hold.
    """
    require(desk.operator, Act.MANAGE_ACCOUNTS, None)
    values: dict[str, str | int] = {"current": f"{key_ring().current_id}:", "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(sql.OLD_PATRONS, values)
        patrons = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.OLD_GUARDIANS, values)
        guardians = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.OLD_PROXIES, values)
        proxies = [row[0] for row in cursor.fetchall()]
        cursor.execute(sql.OLD_PRE_REGISTRATIONS, values)
        applicants = [row[0] for row in cursor.fetchall()]
    for patron in Patron.objects.filter(id__in=patrons):
        patron.save(update_fields=["number_sealed", "phone_sealed", "address_sealed", "email_sealed"])
    for guardian in Guardian.objects.filter(id__in=guardians):
        guardian.save(update_fields=["phone_sealed"])
    for proxy in ProxyAct.objects.filter(id__in=proxies):
        proxy.save(update_fields=["name_sealed"])
    for applicant in PreRegistration.objects.filter(id__in=applicants):
        applicant.save(update_fields=["told_sealed"])
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNT_OLD, values)
        row = cursor.fetchone()
    assert row is not None
    sealed = len(patrons) + len(guardians) + len(proxies) + len(applicants)
    if sealed:
        audit(at=at, desk=desk, act="rotate_keys", subject_kind="key_ring", after={"rows": sealed})
    return KeyRotation(sealed=sealed, remaining=int(row[0]))


def _consent(
    patron: Patron,
    purpose: ConsentPurpose,
    notice_version: str,
    given_by: GivenBy,
    *,
    at: datetime,
    guardian_id: int | None = None,
) -> None:
    by_guardian = rules.guardian_consents(category_facts(patron.category), patron.birth_date, today=local_date(at))
    consent = ConsentInput(notice_version=notice_version, given_by=given_by)
    if problems := rules.consent_problems(consent, by_guardian=by_guardian):
        raise PatronRefused(*problems)
    _withdraw(patron, purpose, at=at)
    Consent.objects.create(
        patron=patron,
        purpose=purpose.value,
        notice_version=notice_version.strip(),
        given_by=given_by.value,
        guardian=_who_consents(patron, given_by, guardian_id),
        given_at=at,
    )


def _who_consents(patron: Patron, given_by: GivenBy, guardian_id: int | None) -> Guardian | None:
    """The guardian who gives a child's consent: the one named, else the one there is."""
    if given_by is not GivenBy.GUARDIAN:
        return None
    answering = Guardian.objects.filter(child=patron, until__isnull=True).order_by("since", "id")
    if guardian_id is None:
        return answering.first()
    named = answering.filter(id=guardian_id).first()
    if named is None:
        raise PatronUnknown("guardian")
    return named


def _withdraw(patron: Patron, purpose: ConsentPurpose, *, at: datetime) -> int:
    return Consent.objects.filter(patron=patron, purpose=purpose.value, withdrawn_at__isnull=True).update(
        withdrawn_at=at
    )


def _forget(patron: Patron, *, at: datetime) -> None:
    if patron.keep_history:
        patron.keep_history = False
        save_change(patron, "keep_history", at=at)
    seams.forget_history(patron.id)
