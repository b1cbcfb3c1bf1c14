"""Before Django: the data folder and its keys, the database server, the supervisor, the doctor."""
