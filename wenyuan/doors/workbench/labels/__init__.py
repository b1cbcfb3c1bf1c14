"""Pages of labels: what waits, the sheets it is printed on, what was printed, shelf ends and cards."""
