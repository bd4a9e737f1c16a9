"""Financial simulator: what a savings plan may come to."""
