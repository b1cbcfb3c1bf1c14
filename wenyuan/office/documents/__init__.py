"""公文: texts that the library sends, kept with the figures they tell."""
