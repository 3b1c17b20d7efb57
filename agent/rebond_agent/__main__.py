"""`python -m rebond_agent` is `rebond-agent`."""

import sys

from rebond_agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
