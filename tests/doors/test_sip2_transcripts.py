"""Talks between machines and the server, as text files, replayed over a real socket.

In a transcript ``>`` is what the machine sends and ``<`` what must come back, both to the letter; ``~`` stands for a
blank at a line's end. ``@ connect CHARSET`` opens a connection, ``@ later 5 minutes`` moves the clock, ``@ hung up``
says that the server closes, ``@ charge CARD FEN KIND ITEM`` lets a reader owe, ``#`` begins a comment.
The town and its clock are those of ``sip2_town``.
"""

from datetime import datetime
from pathlib import Path

import pytest

from tests.doors.sip2_client import Sip2Client
from tests.doors.sip2_server import Clock, running_server
from tests.doors.sip2_town import TUESDAY_TEN, make_town
from tests.factories.accounts import make_desk
from tests.factories.fees import make_charge
from wenyuan.holdings.catalogue.models import Item
from wenyuan.lending.fees.data import ChargeKind
from wenyuan.lending.patrons.models import Token

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_server_says_what_the_transcript_says(path: Path, fresh_database: str) -> None:
    make_town()
    clock = Clock(TUESDAY_TEN)

    with running_server(clock) as address:
        said, expected = replay(path.read_text(encoding="utf-8"), address, clock)

    assert said == expected
    assert expected


def charge(card: str, fen: str, kind: str, barcode: str, *, at: datetime) -> None:
    """Let a reader owe something, at the central library's desk."""
    item = Item.objects.get(barcode=barcode)
    make_charge(
        Token.objects.get(card_no=card).patron,
        int(fen),
        kind=ChargeKind(kind),
        item_id=item.id,
        at=at,
        desk=make_desk(item.home_branch),
    )


def replay(text: str, address: tuple[str, int], clock: Clock) -> tuple[list[str], list[str]]:
    """What the server said, and what the transcript has; both with the requests between, for reading."""
    said: list[str] = []
    expected: list[str] = []
    client: Sip2Client | None = None
    charset = "utf-8"
    for raw in text.splitlines():
        mark, content = raw[:1], raw[2:].replace("~", " ")
        match mark:
            case "@":
                verb, *words = content.split()
                if verb == "connect":
                    if client is not None:
                        client.close()
                    client, charset = Sip2Client(address), words[0]
                elif verb == "later":
                    clock.move(**{words[1]: float(words[0])})
                elif verb == "charge":
                    charge(*words, at=clock.at)
                elif verb == "hung":
                    assert client is not None
                    assert client.is_hung_up(), raw
                else:
                    raise AssertionError(raw)
            case ">":
                assert client is not None
                client.send(content.encode(charset) + b"\r")
                said.append(raw)
                expected.append(raw)
            case "<":
                assert client is not None
                said.append(f"< {client.read_line().decode(charset)}")
                expected.append(f"< {content}")
            case _:
                assert mark in ("", "#"), raw
    if client is not None:
        client.close()
    return said, expected
