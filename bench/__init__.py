"""What `script/bench` measures, one file a concern: the machine, the server, the disks, the peers, the rows, the report."""
