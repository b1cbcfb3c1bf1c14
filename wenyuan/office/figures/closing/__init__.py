"""月结: months closed into a frozen snapshot, which moves by recorded adjustments alone."""
