"""Pages of the stock: many items at once, what was received, and the two registers."""
