"""What a build may reach: Landlock, a system call filter, bubblewrap, and the supervisor that ends all of it."""
