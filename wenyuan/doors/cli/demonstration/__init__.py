"""The demo network: 鹿鸣区图书馆, an invented district library with invented people and real books.

``names`` invents people, ``works`` reads the two lists of well-known works and writes them as MARC, ``network`` opens
the branches, ``people`` appoints staff and registers readers, ``history`` lets a year pass, ``daybook`` types what no
machine records, ``van`` packs crates. Everything goes through the rooms' verbs; everything random comes from one seeded
generator.
"""
