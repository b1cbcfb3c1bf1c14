"""Readers, their tokens, guardians and consents."""
