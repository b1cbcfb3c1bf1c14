"""What stands at the end of a day, and who was one of how many: figures that no sum of days gives."""
