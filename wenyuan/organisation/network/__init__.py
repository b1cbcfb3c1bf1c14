"""The branch tree, areas, service points, opening calendar and lending groups."""
