"""Staff and machine accounts, roles by branch, sign-in and audit."""
