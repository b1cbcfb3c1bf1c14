"""The stock on paper: what was received (总括登记), each item of it (个别登记), and that the two agree."""
