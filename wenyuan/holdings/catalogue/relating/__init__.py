"""What stands beside a record: others by its authors, of its series, of its title, and on its shelf."""
