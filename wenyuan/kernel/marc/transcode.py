"""An XML file as UTF-8 bytes, whatever single or double byte encoding its declaration names."""

import codecs
import re
from typing import BinaryIO

from wenyuan.kernel.marc.model import MarcError, Reason

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CODECS = {
    "utf-8": "",
    "utf8": "",
    "us-ascii": "",
    "ascii": "",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "gb18030": "gb18030",
    "iso-8859-1": "latin-1",
}
_DECLARATION_WITHIN = 256


class Utf8Stream:
    """Reads `stream` and gives UTF-8; the declaration is obeyed, so the reader behind must not look at it.

    :raises MarcError: UTF16, UNDECODABLE (on `read`: an encoding not known, or bytes that are not in it).
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._started = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def read(self, size: int) -> bytes:
        """At least one byte unless the stream has ended."""
        while chunk := self._stream.read(size):
            if not self._started:
                chunk = self._begin(chunk)
            if self._decoder is None:
                return chunk
            if text := self._decode(chunk, final=False):
                return text
        if self._decoder is None:
            return b""
        rest = self._decode(b"", final=True)
        self._decoder = None
        return rest

    def _begin(self, chunk: bytes) -> bytes:
        self._started = True
        while len(chunk) < _DECLARATION_WITHIN and (more := self._stream.read(_DECLARATION_WITHIN)):
            chunk += more
        if chunk[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<") or chunk[:3] == b"\x00\x00\xfe":
            raise MarcError(Reason.UTF16)
        if chunk.startswith(codecs.BOM_UTF8):
            return chunk
        declared = _DECLARED.match(chunk[:_DECLARATION_WITHIN])
        if declared:
            name = declared.group(1).decode("ascii").lower()
            if name not in _CODECS:
                raise MarcError(Reason.UNDECODABLE, detail=name[:40])
            if codec := _CODECS[name]:
                self._decoder = codecs.getincrementaldecoder(codec)("strict")
        return chunk

    def _decode(self, chunk: bytes, *, final: bool) -> bytes:
        assert self._decoder is not None
        try:
            return self._decoder.decode(chunk, final).encode("utf-8")
        except UnicodeDecodeError as error:
            raise MarcError(Reason.UNDECODABLE, detail=error.object[error.start : error.start + 4].hex()) from error
