"""工作计划: what the library means to do in a year, and how far it has come."""
