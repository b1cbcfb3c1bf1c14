"""Self-service machines over SIP2."""
