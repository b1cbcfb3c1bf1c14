"""What one make of machine does differently, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from wenyuan.kernel.sip2.codes import CirculationStatus


class Charset(StrEnum):
    """The charset of a line, both ways. GBK also serves the machines that are said to speak GB2312."""

    UTF8 = "utf-8"
    GBK = "gbk"
    GB18030 = "gb18030"


class Terminator(StrEnum):
    """How our lines end; of a machine's lines every end is understood."""

    CR = "\r"
    CRLF = "\r\n"


class ChecksumPolicy(StrEnum):
    """What becomes of a wrong checksum."""

    OFF = "off"
    """It is not computed: the machine's tail is a constant."""
    WARN = "warn"
    """The request carries its status and is served."""
    ENFORCE = "enforce"
    """The line is refused. A line without checksum is still served."""


class DueFormat(StrEnum):
    """How a due date (AH) is written."""

    DAY = "day"
    """`2026-12-22`, which machines show as it is."""
    SIP = "sip"
    """`20261222    235959`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How to read from and write to one machine."""

    charset: Charset = Charset.UTF8
    terminator: Terminator = Terminator.CR
    checksum: ChecksumPolicy = ChecksumPolicy.WARN
    lenient: bool = False
    """Takes a last field without delimiter, a delimiter right after the fixed part, 14-digit times, a 29
    without fixed part and blank login algorithms. A strict profile refuses them."""
    due_format: DueFormat = DueFormat.DAY
    retry_by_text: bool = True
    """Whether a line equal to the last one is a retry to be answered from memory. Not so where every line has
    the same constant tail: there two equal returns are two returns."""
    alert_always: bool = False
    """Sends CV 00 with a return that raises no alert; some sorters wait for it."""
    holds_list_means_loans: bool = False
    """The machine asks for its reader's loans by the first `Y` of the summary and reads them from AS, the
    place and field of holds. Whoever answers then gives the loans as `SummaryList.HOLDS`."""
    circulation_codes: Mapping[CirculationStatus, str] = field(default_factory=dict, hash=False)
    """Codes of message 18 where they differ from the standard's."""
    message_limit: int = 255
    """The most characters of one AF or AG."""


STANDARD: Final = Profile()
"""3M SIP2 2.00 to the letter, in UTF-8."""

TUCHUANG: Final = Profile(
    charset=Charset.GBK,
    checksum=ChecksumPolicy.OFF,
    lenient=True,
    retry_by_text=False,
    holds_list_means_loans=True,
)
"""图创 Interlib. After its client in `bestcxk/libapp` (Drivers/LibrarySIP2): GBK, CR, 29 without fixed part,
constant checksums followed by a delimiter. Other Interlib clients speak UTF-8: set the charset by machine."""

WENHUA: Final = Profile(
    terminator=Terminator.CRLF,
    checksum=ChecksumPolicy.OFF,
    lenient=True,
    retry_by_text=False,
    holds_list_means_loans=True,
)
"""文华. After its client in `bestcxk/libapp`: UTF-8, CRLF, blank login algorithms, 29 without fixed part."""

JINPAN: Final = Profile(
    charset=Charset.GBK,
    checksum=ChecksumPolicy.OFF,
    lenient=True,
    retry_by_text=False,
    holds_list_means_loans=True,
    circulation_codes=MappingProxyType({CirculationStatus.AVAILABLE: "02", CirculationStatus.CHARGED: "03"}),
)
"""金磐. After its client (Jp) in `bestcxk/libapp`: GBK, AS as the list of loans, 02 on the shelf and 03 on
loan."""

DP2: Final = Profile(charset=Charset.GBK, checksum=ChecksumPolicy.OFF, lenient=True, retry_by_text=False)
"""dp2 chord. After `DigitalPlatform/dp2` dp2Capo/SipProcessor and issues 756 and 765: GBK by default,
sequence always 4, checksums summed over UTF-16 units and thus wrong for Chinese text, standard places of the
summary."""

KOHA_LIKE: Final = Profile(lenient=True, due_format=DueFormat.SIP)
"""After Koha's `C4/SIP`: UTF-8, CR, last delimiter optional, checksum warned about, SIP times for due
dates."""

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "standard": STANDARD,
        "tuchuang": TUCHUANG,
        "wenhua": WENHUA,
        "jinpan": JINPAN,
        "dp2": DP2,
        "koha_like": KOHA_LIKE,
    }
)
"""The profiles an account may start from, by name."""
