"""The rows of the table, one file a group. Each takes the bench and gives its rows."""
