"""The door of other catalogues: OAI-PMH and SRU."""
