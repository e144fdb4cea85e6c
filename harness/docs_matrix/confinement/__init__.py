"""Confines builds: Landlock, a filter of system calls, bubblewrap, and a supervisor that ends all processes of a build."""
