"""CloudWatch metrics: those in embedded metric format in the lines of Lambda functions, and the rules
of GetMetricData.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import time

from ministack.services import cloudwatch, cloudwatch_logs

DAY = 86_400
# The number of days that data points are kept, and the period of which a request's must be a multiple.
KEPT = ((15, 60), (63, 300), (455, 3600))


def embedded_metrics_are_extracted():
    """CloudWatch makes metrics of the lines of functions. They don't depend on the log group."""
    append = cloudwatch_logs._append_log_events

    def append_as_aws(stream, events):
        append(stream, events)
        groups = cloudwatch_logs._log_groups.items()
        name = next(name for name, group in groups if any(one is stream for one in group["streams"].values()))
        if name.startswith("/aws/lambda/"):
            for event in events:
                record(event["message"])

    cloudwatch_logs._append_log_events = append_as_aws


def metrics_are_kept_for_15_months():
    cloudwatch.TWO_WEEKS_SECONDS = KEPT[-1][0] * DAY
    get = cloudwatch._get_metric_data

    def get_as_aws(params, data, *protocol):
        queries = data["MetricDataQueries"]
        if any(set(query) - {"Id", "MetricStat", "ReturnData"} for query in queries):
            raise ValueError("the sandbox supports only MetricStat")
        if not all(query["MetricStat"]["Metric"].get("Dimensions") for query in queries):
            raise ValueError("the sandbox supports only metrics with dimensions")
        periods = {query["MetricStat"]["Period"] for query in queries}
        start = cloudwatch._parse_ts(data["StartTime"])
        days = [days for days, multiple in KEPT if all(period % multiple == 0 for period in periods)]
        if not days or start >= cloudwatch._parse_ts(data["EndTime"]):
            return cloudwatch._error("ValidationError", "The period or the time range is invalid", 400, *reversed(protocol))
        oldest = time.time() - max(days) * DAY
        return get(params, {**data, "StartTime": max(start, oldest)}, *protocol)

    cloudwatch._get_metric_data = get_as_aws


def record(message):
    for namespace, name, dimensions, value, unit, at in metrics(message):
        bucket = cloudwatch._metric_bucket((namespace, name, cloudwatch._dims_key(dimensions)))
        bucket.append({"Timestamp": at, "Value": value, "Unit": unit, "Dimensions": dimensions})


def metrics(message):
    """The metrics of a line. A line that doesn't match the specification has none."""
    if '"_aws"' not in message:
        return []
    try:
        return list(extracted(json.loads(message)))
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


def extracted(line):
    header = line["_aws"]
    at = header["Timestamp"]
    if isinstance(at, bool) or not isinstance(at, int):
        raise ValueError("Timestamp")
    for directive in header["CloudWatchMetrics"]:
        namespace, sets = directive["Namespace"], directive["Dimensions"]
        if not isinstance(namespace, str) or not namespace or not isinstance(sets, list):
            raise ValueError("Namespace or Dimensions")
        for names in sets:
            if not isinstance(names, list) or len(names) > 30:
                raise ValueError("Dimensions")
            dimensions = {name: text(line[name]) for name in names}
            for metric in directive["Metrics"]:
                for value in values(line[metric["Name"]]):
                    yield namespace, metric["Name"], dimensions, value, metric.get("Unit", "None"), at / 1000


def text(value):
    if not isinstance(value, str) or not value:
        raise ValueError("a dimension must be a text")
    return value


def values(value):
    found = value if isinstance(value, list) else [value]
    if len(found) > 100 or any(isinstance(one, bool) or not isinstance(one, int | float) for one in found):
        raise ValueError("a metric must be a number")
    return found
