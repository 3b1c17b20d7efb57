"""Prints the layer that this boot is to run; nothing means the image's own. For the start-up script.

`python -m rebond_agent.renewal [--failed]`, run by the image's own agent alone. Whatever goes wrong here
ends as nothing: a stick that boots its own agent is better than one that does not boot.
"""

import os
import sys

from rebond_agent import config
from rebond_agent.errors import AgentError
from rebond_agent.renewal import Renewal
from rebond_agent.stick import is_enrolled, open_stick
from rebond_agent.stick.durable import Durable


def main(words: list[str]) -> int:
    """Print a path, or nothing; the status is always 0."""
    folder, own = config.read(os.environ).stick, config.own_build()
    if own is None or not is_enrolled(folder):
        return 0
    try:
        disk = Durable()
        settings = open_stick(folder, disk).settings
        chosen = Renewal(folder, settings, own, disk).choose(failed="--failed" in words)
    except (AgentError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 0
    if chosen is not None:
        sys.stdout.write(f"{chosen}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
