"""Months typed from paper registers: loans, returns and readers of a station that lends on paper."""
