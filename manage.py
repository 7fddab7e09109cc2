#!/usr/bin/env python
"""Run a management command of the studio."""

import os
import sys

from studio.command_line import main

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    sys.exit(main(sys.argv))
