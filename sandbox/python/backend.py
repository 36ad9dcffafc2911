"""Starts ministack with AWS's own rules put right where it is softer (corrections.py).

It lives exactly as long as the process that started it: the other end of its
standard input is that process, and at end of file the whole process group ends,
the running Lambda functions with it.
"""

import os
import signal
import sys
import threading

import corrections
import ministack.app


def end_with_parent():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()
corrections.install()
ministack.app.main()
