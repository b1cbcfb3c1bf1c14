"""Labels: sheets in millimetres, what waits to be printed, and what was.

``queueing`` has the verbs; ``sheets`` keeps the sheets. What a label looks like is the door's affair.
"""
