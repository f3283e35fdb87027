"""Every neural network of the program: what it is asked for, where its files are, what may be loaded."""
