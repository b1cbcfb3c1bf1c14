"""Django-aware parts that know no library words."""
