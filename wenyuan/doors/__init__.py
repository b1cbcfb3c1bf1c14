"""How the world comes in. Doors translate between a language (HTTP, SIP2, shell) and verbs; they never decide."""
