"""``python -m liandong`` is the command line."""

import sys

from liandong.cli import main

sys.exit(main())
