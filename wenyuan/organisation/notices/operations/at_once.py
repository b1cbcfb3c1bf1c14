"""What somebody waits for goes out at this very moment, by SMS alone, and nothing of it is kept."""

from collections.abc import Callable, Mapping
from datetime import datetime

from wenyuan.organisation.journal.data import Entry, Kind
from wenyuan.organisation.journal.operations import record
from wenyuan.organisation.notices import rules
from wenyuan.organisation.notices.channels import configured_ports
from wenyuan.organisation.notices.data import KINDS, Channel, Language, NoticeKind, State
from wenyuan.organisation.notices.queries import common_words, ready_templates
from wenyuan.organisation.rights.data import Door
from wenyuan.organisation.rights.queries import needs
from wenyuan.plumbing.channels.port import Outcome, Parcel, Port, Result
from wenyuan.plumbing.transactions import verb


@needs()
def send_at_once(
    *,
    kind: NoticeKind,
    address: str,
    values: Mapping[str, str],
    language: Language,
    name: str,
    clock: Callable[[], datetime],
    ports: Mapping[Channel, Port] | None = None,
) -> bool:
    """Try once to send an SMS; whether it went out, as far as the provider says. The journal counts it, without
    address and text. Nothing is sent where there is no provider or text (``queries.sends_at_once``).

    :param name: unique to the message, by which the provider tells twins apart
    :raises ValueError: a kind that is posted (``post``), or values that it does not know or lacks.
    """
    if not KINDS[kind].at_once or set(values) != KINDS[kind].values:
        raise ValueError(f"{kind.value}: {', '.join(sorted(values))}")
    port = (configured_ports() if ports is None else ports).get(Channel.SMS)
    template = ready_templates(kind, language).get(Channel.SMS)
    if port is None or template is None:
        return False
    words = {**common_words(None, language), **values}
    outcome = port.send(
        Parcel(
            name=name,
            address=address,
            text=rules.filled(template.body, words),
            code=template.code,
            fields=rules.provider_fields(template, words),
        )
    )
    _count(kind, outcome, at=clock())
    return outcome.result is Result.SENT


@verb
def _count(kind: NoticeKind, outcome: Outcome, *, at: datetime) -> None:
    state = {Result.SENT: State.SENT, Result.UNSURE: State.UNSURE}.get(outcome.result, State.FAILED)
    record(
        Entry(
            kind=Kind.NOTICE_SENT if state is State.SENT else Kind.NOTICE_FAILED,
            occurred_at=at,
            door=Door.WORKER.value,
            quantity=1,
            details={"notice": kind.value, "channel": Channel.SMS.value, "state": state.value},
        )
    )
