"""What a harvester asks: its arguments, read and checked as OAI-PMH 2.0 has them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final


class ErrorCode(StrEnum):
    """OAI-PMH 2.0, 3.6."""

    BAD_ARGUMENT = "badArgument"
    BAD_RESUMPTION_TOKEN = "badResumptionToken"  # noqa: S105
    BAD_VERB = "badVerb"
    CANNOT_DISSEMINATE = "cannotDisseminateFormat"
    ID_DOES_NOT_EXIST = "idDoesNotExist"
    NO_RECORDS_MATCH = "noRecordsMatch"
    NO_METADATA_FORMATS = "noMetadataFormats"


class OaiError(Exception):
    """The answer is this error; ``text`` is for whoever runs the harvester, in the protocol's English."""

    def __init__(self, code: ErrorCode, text: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class _Arguments:
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    resumes: bool = False


_LIST = _Arguments(frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"}), resumes=True)
VERBS: Final[Mapping[str, _Arguments]] = {
    "GetRecord": _Arguments(frozenset({"identifier", "metadataPrefix"})),
    "Identify": _Arguments(),
    "ListIdentifiers": _LIST,
    "ListMetadataFormats": _Arguments(optional=frozenset({"identifier"})),
    "ListRecords": _LIST,
    "ListSets": _Arguments(resumes=True),
}
"""OAI-PMH 2.0, 4.1 to 4.6; a resumption token stands alone beside the verb (3.5)."""

LONGEST_VALUE: Final = 2_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def read_arguments(given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The arguments of one request, ``verb`` among them.

    :raises OaiError: badVerb, badArgument.
    """
    verbs = given.get("verb", ())
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise OaiError(ErrorCode.BAD_VERB, "The verb is missing, repeated or not one of OAI-PMH 2.0.")
    repeated = sorted(name for name, values in given.items() if len(values) != 1)
    if repeated:
        raise OaiError(ErrorCode.BAD_ARGUMENT, f"Repeated: {', '.join(map(_shown, repeated))}.")
    arguments = {name: values[0] for name, values in given.items()}
    _refuse_unfit(VERBS[verbs[0]], arguments)
    return arguments


def _refuse_unfit(form: _Arguments, arguments: Mapping[str, str]) -> None:
    names = arguments.keys() - {"verb"}
    if form.resumes and "resumptionToken" in names:
        if names != {"resumptionToken"}:
            raise OaiError(ErrorCode.BAD_ARGUMENT, "resumptionToken is an exclusive argument.")
        return
    if unknown := sorted(names - form.required - form.optional):
        raise OaiError(ErrorCode.BAD_ARGUMENT, f"Not an argument of this verb: {', '.join(map(_shown, unknown))}.")
    if missing := sorted(form.required - names):
        raise OaiError(ErrorCode.BAD_ARGUMENT, f"Missing: {', '.join(missing)}.")
    if any(len(value) > LONGEST_VALUE or "\x00" in value for value in arguments.values()):
        raise OaiError(ErrorCode.BAD_ARGUMENT, "A value is too long, or holds what no value can hold.")


def _shown(name: str) -> str:
    return name[:40]


def read_span(arguments: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """``from`` and ``until``, whole seconds, both counted (2.7.1, 3.3); a day as ``until`` is its last second.

    :raises OaiError: badArgument.
    """
    since, until = arguments.get("from"), arguments.get("until")
    if since is not None and until is not None and len(since) != len(until):
        raise OaiError(ErrorCode.BAD_ARGUMENT, "from and until must have the same granularity.")
    first = _time(since) if since is not None else None
    last = _time(until) if until is not None else None
    if last is not None and until is not None and _DAY.fullmatch(until):
        last += timedelta(days=1, seconds=-1)
    if first is not None and last is not None and first > last:
        raise OaiError(ErrorCode.BAD_ARGUMENT, "from must not be later than until.")
    return first, last


def _time(text: str) -> datetime:
    try:
        if _DAY.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
        if _SECOND.fullmatch(text):
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise OaiError(ErrorCode.BAD_ARGUMENT, "A date is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.")


def told(moment: datetime) -> str:
    """A second as the protocol writes it (3.3)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
