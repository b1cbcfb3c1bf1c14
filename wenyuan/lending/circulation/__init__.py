"""Loan policies, loans, and the verbs of the desk."""
