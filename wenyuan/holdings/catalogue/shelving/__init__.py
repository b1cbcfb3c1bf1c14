"""Call numbers: the class, the number of the work in it (种次号) or of its author (著者号), and who has which.

``numbering`` has the verbs (propose, assign, give back) over the pure ``rules``; ``facts`` reads what stands on the
shelves; ``groups`` keeps how a library numbers, ``author_tables`` and ``class_tables`` the tables it brings.
"""
