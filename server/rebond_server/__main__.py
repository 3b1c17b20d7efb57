"""`python -m rebond_server` is `rebond`."""

import sys

from rebond_server.cli import main

if __name__ == "__main__":
    sys.exit(main())
