"""What the speed claims are measured with: each against what a user would do otherwise, in one run, as a ratio."""
