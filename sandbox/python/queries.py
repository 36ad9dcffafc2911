"""CloudWatch Logs Insights: StartQuery and GetQueryResults, and lines of the past for tests.

Replaces ministack's queries, which have no stats and ignore what they don't support.
"""

import time
from itertools import count

import insights
from ministack.core.responses import error_response_json, json_response, new_uuid, request_scope
from ministack.services import cloudwatch_logs

# The number of queries that can run at the same time in an account and Region.
CONCURRENT = 100
# A query that nobody waits for is complete after this many seconds.
LONGEST = 60
# The number of rows in a response of GetQueryResults.
PAGE = 10_000
DAY = 86_400_000

SUPPORTED = {"logGroupName", "startTime", "endTime", "queryString", "limit"}


def queries_run():
    """StartQuery compiles the query. The first GetQueryResults reports that it's running, and the
    next one returns the result."""
    cloudwatch_logs._start_query = start
    cloudwatch_logs._get_query_results = results


def retained(group):
    """The time of the oldest event that isn't expired."""
    days = group.get("retentionInDays")
    return int(time.time() * 1000) - days * DAY if days else 0


def start(data):
    if unsupported := set(data) - SUPPORTED:
        return refused("InvalidParameterException", f"The sandbox doesn't support {sorted(unsupported)}")
    group = cloudwatch_logs._log_groups.get(data.get("logGroupName"))
    if group is None:
        return refused("ResourceNotFoundException", f"Log group '{data.get('logGroupName')}' does not exist")
    if data["startTime"] > data["endTime"]:
        return refused("InvalidParameterException", "The start time must be before the end time")
    if data["endTime"] * 1000 + 999 < max(group["creationTime"], retained(group)):
        message = (
            "Query's end date and time is either before the log groups creation time or exceeds the "
            "log groups log retention settings"
        )
        return refused("MalformedQueryException", message)
    limit = data.get("limit", insights.DEFAULT_LIMIT)
    if not 1 <= limit <= insights.LIMIT:
        return refused("InvalidParameterException", f"limit must be from 1 to {insights.LIMIT}")
    try:
        run = insights.compile_query(data["queryString"])
    except insights.Malformed as problem:
        return refused("MalformedQueryException", f"{problem}")
    started = time.monotonic()
    running = [query for query in cloudwatch_logs._queries.values() if is_running(query, started)]
    if len(running) >= CONCURRENT:
        return refused("LimitExceededException", "Account maximum query concurrency limit reached")
    query_id = new_uuid()
    cloudwatch_logs._queries[query_id] = {
        **data,
        "limit": limit,
        "started": started,
        "run": run,
        "polled": False,
        "rows": None,
    }
    return json_response({"queryId": query_id})


def is_running(query, now):
    return query["rows"] is None and now - query["started"] < LONGEST


def results(data):
    query = cloudwatch_logs._queries.get(data.get("queryId"))
    if query is None:
        return refused("ResourceNotFoundException", f"Query '{data.get('queryId')}' does not exist")
    if not query["polled"]:
        query["polled"] = True
        return json_response({"status": "Running", "results": [], "statistics": {}})
    if query["rows"] is None:
        run(query)
    at = int(data.get("nextToken", 0))
    page = min(data.get("maxItems", PAGE), PAGE)
    rows = query["rows"][at : at + page]
    more = {"nextToken": str(at + page)} if at + page < len(query["rows"]) else {}
    shown = [[{"field": name, "value": value} for name, value in row] for row in rows]
    return json_response({"status": "Complete", "results": shown, "statistics": query["statistics"], **more})


def run(query):
    name = query["logGroupName"]
    group = cloudwatch_logs._log_groups.get(name)
    first, last = query["startTime"] * 1000, query["endTime"] * 1000
    scanned = count()

    def events():
        kept = max(first, retained(group)) if group else 0
        for stream, content in group["streams"].items() if group else ():
            for event in content["events"]:
                if kept <= event["timestamp"] <= last:
                    next(scanned)
                    yield event["timestamp"], event["message"], stream, name

    query["rows"] = query["run"](insights.records(events()), query["limit"])
    number = float(next(scanned))
    query["statistics"] = {"recordsScanned": number, "recordsMatched": float(len(query["rows"]))}


def expired_events_are_not_returned():
    """FilterLogEvents and GetLogEvents don't return events after their retention."""

    def without_expired(find):
        def find_as_aws(data):
            group = cloudwatch_logs._log_groups.get(data.get("logGroupName"))
            kept = retained(group) if group else 0
            return find({**data, "startTime": max(data.get("startTime", 0), kept)})

        return find_as_aws

    cloudwatch_logs._filter_log_events = without_expired(cloudwatch_logs._filter_log_events)
    cloudwatch_logs._get_log_events = without_expired(cloudwatch_logs._get_log_events)


def log(account, region, group, batches):
    """Writes lines of the past, as if the log group had existed then. A batch has `count` lines from
    the time `first` on, `step` milliseconds apart. In each line, `{user}` is the number of a user: the
    line's number modulo `users`, and `{at}` is the line's time."""
    with request_scope(account, region):
        stored = cloudwatch_logs._log_groups[group]
        for batch in batches:
            users, text = batch.get("users", 1), batch["line"]
            lines = [text.replace("{user}", f"{user:016x}") for user in range(users)]
            events = [
                {
                    "timestamp": at,
                    "message": lines[index % users].replace("{at}", str(at)),
                    "ingestionTime": at,
                    "eventId": f"{at}-{index}",
                }
                for index in range(batch["count"])
                for at in (batch["first"] + index * batch.get("step", 0),)
            ]
            stored["creationTime"] = min(stored["creationTime"], batch["first"])
            stream = {
                "events": [],
                "uploadSequenceToken": "1",
                "creationTime": batch["first"],
                "firstEventTimestamp": None,
                "lastEventTimestamp": None,
                "lastIngestionTime": None,
            }
            stored["streams"][f"past/{new_uuid()}"] = stream
            cloudwatch_logs._append_log_events(stream, events)
    return None


def refused(code, message):
    return error_response_json(code, message, 400)
