"""moto's server, unmodified."""

import sys

# moto generates real keys, so it needs the package that servers.py disables.
del sys.modules["cryptography"]

from moto.server import main  # noqa: E402


def serve(port):
    """Serves on this loopback port, until the process exits."""
    main(["--host", "127.0.0.1", "--port", str(port)])
