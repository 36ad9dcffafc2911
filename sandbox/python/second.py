"""moto's server, as it is."""

import sys

# It makes real keys (servers.py).
del sys.modules["cryptography"]

from moto.server import main  # noqa: E402


def serve(port):
    """Serves on this port of the loopback, until the process ends."""
    main(["--host", "127.0.0.1", "--port", str(port)])
