"""What is proved for every size: by a kernel, and as derivations that a program confirms."""
