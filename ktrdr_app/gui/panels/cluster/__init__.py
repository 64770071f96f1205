"""The cluster: its address, its workers, and whether long work is sent there."""
