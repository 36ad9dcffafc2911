"""boto3's clients, made once for each sandbox and forgotten with it.

What takes long, reading the descriptions of the services, is done once for all.
"""

import threading
from pathlib import Path

import boto3
from botocore.loaders import Loader
from botocore.session import Session

LOADER = Loader(include_default_search_paths=True)

known = {}
making = threading.Lock()


def connected(home, service, profile=None, **options):
    """A client of a service, by the profiles in this home."""
    with making:
        made = known.setdefault(home, {})
        if profile not in made:
            made[profile] = session(home, profile)
        key = (service, profile, *options.values())
        if key not in made:
            made[key] = made[profile].client(service, **options)
        return made[key]


def session(home, profile):
    made = Session()
    made.register_component("data_loader", LOADER)
    made.set_config_variable("config_file", str(Path(home, ".aws/config")))
    return boto3.Session(botocore_session=made, profile_name=profile)


def forget(request):
    """A sandbox has ended."""
    with making:
        known.pop(request["home"], None)
