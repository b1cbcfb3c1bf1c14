"""What everybody may read of the figures: the service report 服务年报 of a year, silent about small numbers."""
