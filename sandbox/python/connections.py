"""boto3's clients, created once per sandbox and removed with it.

All sandboxes share the loaded service models, because loading them is slow.
"""

import threading
from pathlib import Path

import boto3
from botocore.loaders import Loader
from botocore.session import Session

LOADER = Loader(include_default_search_paths=True)

cache = {}
lock = threading.Lock()


def cached_client(home, service, profile=None, **options):
    """A client of a service, with the profiles of this home folder."""
    with lock:
        cached = cache.setdefault(home, {})
        if profile not in cached:
            cached[profile] = session(home, profile)
        key = (service, profile, *options.values())
        if key not in cached:
            cached[key] = cached[profile].client(service, **options)
        return cached[key]


def session(home, profile):
    botocore_session = Session()
    botocore_session.register_component("data_loader", LOADER)
    botocore_session.set_config_variable("config_file", str(Path(home, ".aws/config")))
    return boto3.Session(botocore_session=botocore_session, profile_name=profile)


def forget(request):
    """Removes the clients of a sandbox that has stopped."""
    with lock:
        cache.pop(request["home"], None)
