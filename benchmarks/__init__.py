"""What is claimed to be fast, against what: one module a benchmark, one command each."""
