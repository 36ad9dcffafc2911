"""A server lives exactly as long as the process that started it.

The other end of its standard input is that process, and at end of file the whole
process group ends, running Lambda functions with it.
"""

import os
import signal
import sys
import threading


def end_with_it():
    threading.Thread(target=wait, daemon=True).start()


def wait():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)
