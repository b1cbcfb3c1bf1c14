"""The key ring for personal data: encryption with a key id, and keyed hashes for lookup.

Keys come from ``settings.WENYUAN_PII_KEYS``, lines of ``id:base64 key (32 bytes)``. The last key encrypts; every key
decrypts. The first key also derives the lookup key of the hashes, so it stays in the ring for good.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class KeyRingError(Exception):
    """The ring is missing, malformed, or lacks the key that a stored value names."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KeyRing:
    """Keys by id, oldest first. Compared by identity, so that what is kept for a ring is its own."""

    keys: dict[str, bytes]

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read ``id:base64`` lines. :raises KeyRingError: on a malformed line or an empty ring."""
        keys: dict[str, bytes] = {}
        for line in text.split():
            key_id, _, encoded = line.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error as error:
                raise KeyRingError(f"key {key_id!r} is not base64") from error
            if not key_id or len(key) != 32 or key_id in keys:
                raise KeyRingError(f"key {key_id!r} must be unique and 32 bytes long")
            keys[key_id] = key
        if not keys:
            raise KeyRingError("the key ring is empty")
        return cls(keys)

    @property
    def current_id(self) -> str:
        return next(reversed(self.keys))

    def encrypt(self, text: str) -> str:
        """Return ``key id:base64(nonce + AES-256-GCM ciphertext)``."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current_id]).encrypt(nonce, text.encode(), self.current_id.encode())
        return f"{self.current_id}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str) -> str:
        """:raises KeyRingError: when the key is unknown or the value was altered."""
        key_id, _, encoded = stored.partition(":")
        if key_id not in self.keys:
            raise KeyRingError(f"no key {key_id!r} in the ring")
        try:
            raw = base64.b64decode(encoded)
            return AESGCM(self.keys[key_id]).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], key_id.encode()).decode()
        except (binascii.Error, InvalidTag) as error:
            raise KeyRingError(f"a value under key {key_id!r} cannot be read") from error

    def lookup_hash(self, purpose: str, value: str) -> bytes:
        """32 bytes by which an equal value of the same purpose is found again (HMAC-SHA256)."""
        message = f"{purpose}\0{value}".encode()
        return hmac.digest(_lookup_key(next(iter(self.keys.values()))), message, "sha256")


@lru_cache(maxsize=8)
def _lookup_key(first_key: bytes) -> bytes:
    return hmac.digest(first_key, b"wenyuan lookup hashes", hashlib.sha256)


@lru_cache(maxsize=2)
def _parsed(text: str) -> KeyRing:
    return KeyRing.parse(text)


def key_ring() -> KeyRing:
    """The ring of this process. :raises KeyRingError: when none is configured."""
    return _parsed(settings.WENYUAN_PII_KEYS)


def lookup_hash(purpose: str, value: str) -> bytes:
    """Keyed hash of an already canonical value, for a unique index."""
    return key_ring().lookup_hash(purpose, value)
