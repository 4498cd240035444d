"""What people see: the practice page and the command line."""
