"""Serve the knowledge base that the settings name: the same as ``charterqa serve``."""

import sys

from rag.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["serve"]
    main()
