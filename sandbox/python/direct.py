"""Clients like boto3's inside the emulator's process. They serialize requests and parse responses
with botocore's models, without a network. They support only read operations.
"""

from functools import cache
from urllib.parse import parse_qs, urlencode

from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.handlers import json_decode_policies
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.paginate import Paginator, PaginatorModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from ministack.core.responses import request_scope

LOADER = Loader()
READS = ("Describe", "Get", "List")
SERVICES = ("cognito-idp", "iam", "lambda", "logs")


@cache
class Service:
    """A service by botocore's model."""

    def __init__(self, name):
        model = ServiceModel(LOADER.load_service_model(name, "service-2"), name)
        protocol = model.metadata["protocol"]
        self.name = name
        self.serializer = create_serializer(protocol, include_validation=False)
        self.parser = create_parser(protocol)
        self.pages = PaginatorModel(LOADER.load_service_model(name, "paginators-1"))
        operations = [operation for operation in model.operation_names if operation.startswith(READS)]
        self.operations = {xform_name(operation): model.operation_model(operation) for operation in operations}


def handlers():
    """The emulator's services. They read environment variables when they are imported."""
    from ministack.services import cloudwatch_logs, cognito, iam, lambda_svc

    services = (cognito, iam, lambda_svc, cloudwatch_logs)
    return {name: service.handle_request for name, service in zip(SERVICES, services, strict=True)}


class Direct:
    """A service in an account and a Region."""

    def __init__(self, account, region, service, handle):
        self.scope = account, region
        self.service = Service(service)
        self.handle = handle

    def __getattr__(self, name):
        operation = self.service.operations[name]
        return lambda **params: self.call(operation, params)

    def get_paginator(self, name):
        operation = self.service.operations[name]
        return Paginator(getattr(self, name), self.service.pages.get_paginator(operation.name), operation)

    def call(self, operation, params):
        request = self.service.serializer.serialize_to_request(params, operation)
        headers = {name.lower(): value for name, value in request["headers"].items()}
        body, query = request["body"], request["query_string"] or {}
        if isinstance(body, dict):
            body = urlencode(body)
        if isinstance(body, str):
            body = body.encode()
        path, _, more = request["url_path"].partition("?")
        query = {name: [str(value)] for name, value in query.items()} | parse_qs(more)
        with request_scope(*self.scope):
            status, headers, body = run_synchronously(self.handle(request["method"], path, headers, body, query))
        answer = {"status_code": status, "headers": headers, "body": body if isinstance(body, bytes) else body.encode()}
        parsed = self.service.parser.parse(answer, operation.output_shape)
        if status >= 300:
            raise ClientError(parsed, operation.name)
        if self.service.name == "iam":
            json_decode_policies(parsed, operation)
        return parsed


def run_reads_without_threads():
    """The emulator runs each Cognito call in its own thread, because triggers call back. Read
    operations invoke no triggers, so they need no thread."""
    from ministack.services import cognito

    run = cognito.run_reentrant

    async def run_here(handler, *args, **options):
        if handler is cognito._run_idp_handler and args[1].startswith(READS):
            return handler(*args)
        return await run(handler, *args, **options)

    cognito.run_reentrant = run_here


def run_synchronously(handling):
    """Runs a handler that never awaits, so that the state can't change during the call."""
    try:
        handling.send(None)
    except StopIteration as finished:
        return finished.value
    handling.close()
    raise RuntimeError("the read operation awaits")


def load():
    """Loads the models, which is slow, once for all emulators."""
    for service in SERVICES:
        Service(service)
