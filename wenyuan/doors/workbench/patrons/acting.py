"""代办: who stands at the desk for a reader. Named once, they are recorded with every act on this reader's page until
they have gone, or half an hour has passed. The session keeps them sealed."""

import json
from datetime import datetime, timedelta

from wenyuan.doors.workbench.access import StaffRequest
from wenyuan.lending.patrons.data import DocumentSeen, OnBehalf, ProxyRelation
from wenyuan.plumbing.secrets import key_ring

PROXY = "patron_proxy"
MINUTES = 30


def who_acts(request: StaffRequest, patron_id: int) -> OnBehalf | None:
    """Who acts for this reader now; nobody for any other reader, and nobody once the time is over."""
    kept = request.session.get(PROXY, "")
    if not kept:
        return None
    found = json.loads(key_ring().decrypt(kept))
    if found["patron"] != patron_id or request.at - datetime.fromisoformat(found["at"]) > timedelta(minutes=MINUTES):
        return None
    return OnBehalf(
        name=found["name"],
        relation=ProxyRelation(found["relation"]),
        document=DocumentSeen(found["document"]),
        document_no=found["document_no"],
    )


def let_act(request: StaffRequest, patron_id: int, behalf: OnBehalf) -> None:
    """From now on this person acts for the reader. Of the document's number no more is kept than the last four."""
    values = {
        "patron": patron_id,
        "at": request.at.isoformat(),
        "name": behalf.name,
        "relation": behalf.relation.value,
        "document": behalf.document.value,
        "document_no": behalf.document_no[-4:],
    }
    request.session[PROXY] = key_ring().encrypt(json.dumps(values))


def nobody_acts(request: StaffRequest) -> None:
    """The reader acts in person again."""
    request.session.pop(PROXY, None)
