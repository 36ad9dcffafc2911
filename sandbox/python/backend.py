"""ministack with AWS's own rules put right where it is softer (corrections.py)."""

import corrections
import ministack.app


def serve(_):
    """Serves on the port that its variables say, until the process ends."""
    corrections.install()
    ministack.app.main()
