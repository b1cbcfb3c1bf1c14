"""The work summary 工作总结: what a library recorded, in the sentences in which libraries report it."""
