"""Open loans and waiting holds of an old system, taken over (``wenyuan take-over``)."""
