"""What is in the kitchen."""
