"""Boxes that anybody may close and only the house can open: what a machine keeps while it cannot reach the house.

A box is a pair of RSA keys. The public half goes to the machine (SPKI, base64), which seals short texts by RSA-OAEP
with SHA-256, as browsers can; the private half stays here, itself under the key ring.
"""

import base64
import binascii

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from wenyuan.plumbing.secrets import KeyRingError, key_ring

_KEY_BITS = 2048
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


class SealBroken(Exception):
    """What was given is not sealed for this box, or its key cannot be read."""


def new_box() -> tuple[str, str]:
    """The public key, and the private one under the key ring, both as text."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return base64.b64encode(public).decode(), key_ring().encrypt(base64.b64encode(private).decode())


def seal(public: str, text: str) -> str:
    """Close a short text (at most 190 bytes) in the box, as a browser does."""
    key = serialization.load_der_public_key(base64.b64decode(public))
    assert isinstance(key, rsa.RSAPublicKey)
    return base64.b64encode(key.encrypt(text.encode(), _OAEP)).decode()


def unseal(private: str, sealed: str) -> str:
    """The text again. :raises SealBroken: it is not sealed for this box."""
    try:
        key = serialization.load_der_private_key(base64.b64decode(key_ring().decrypt(private)), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key.decrypt(base64.b64decode(sealed, validate=True), _OAEP).decode()
    except (KeyRingError, binascii.Error, ValueError) as error:
        raise SealBroken from error
