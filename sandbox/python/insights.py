"""The part of the Logs Insights query language that the product uses: filter, fields, stats, sort
and limit. Anything else is rejected as malformed and never ignored.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

import json
import operator
import re
from datetime import UTC, datetime

from aggregates import AGGREGATES, number

# The number of rows that a query returns by default, and at most.
DEFAULT_LIMIT, LIMIT = 10_000, 100_000
# A query has at most this many stats commands.
STATS = 2

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>@?[A-Za-z_][\w.]*|`[^`]+`)|(?P<text>"[^"]*"|'[^']*')"""
    r"""|(?P<sign>!=|<=|>=|[=<>()\[\],|*+/-]))"""
)
SYSTEM = ("@timestamp", "@message", "@logStream", "@log")
COMPARISONS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
WORDS = ("and", "or", "not", "in", "as", "by", "asc", "desc", "like", "any")


class Malformed(Exception):
    """The query isn't valid, or the sandbox doesn't support it."""


def records(events):
    """The fields of log events: the system fields, and those discovered in a JSON object."""
    parsed = {}
    for time, message, stream, group in events:
        fields = parsed.get(message)
        if fields is None:
            fields = parsed[message] = discovered(message)
        yield {**fields, "@timestamp": time, "@message": message, "@logStream": stream, "@log": group}


def discovered(message):
    try:
        value = json.loads(message)
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    is_flat = all(type(member) in (str, int, float) for member in value.values())
    return value if is_flat else dict(leaves("", value))


def leaves(path, value):
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if members is not None:
        for name, member in members:
            yield from leaves(f"{path}.{name}" if path else str(name), member)
    elif isinstance(value, bool):
        yield path, int(value)
    elif value is not None:
        yield path, value


def compile_query(text):
    """A query as a function from records to rows. A row is a list of names and values."""
    return Parser(text).query()


class Parser:
    def __init__(self, text):
        self.tokens, at = [], 0
        while text[at:].strip():
            match = TOKEN.match(text, at)
            if not match:
                raise Malformed(f"unexpected character at {at}: {text[at:]!r}")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        self.at = 0
        # The names that may be used: any field of a record, or what the last stats defined.
        self.defined = None

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, *expected):
        kind, text = self.peek()
        word = text.lower() if kind == "name" else text
        if expected and (kind == "text" or word not in expected):
            raise Malformed(f"expected {' or '.join(expected)}, found {text!r}")
        self.at += 1
        return text

    def accepts(self, *expected):
        kind, text = self.peek()
        found = kind in ("name", "sign") and text.lower() in expected
        self.at += found
        return text.lower() if found else None

    def query(self):
        steps, stats, columns, ordered, limit = [], 0, None, False, None
        while True:
            match self.take("filter", "fields", "stats", "sort", "limit").lower():
                case "filter":
                    steps.append(self.filter())
                case "fields":
                    if stats:
                        raise Malformed("fields after stats isn't supported")
                    columns = (columns or []) + self.list(self.field)
                case "stats":
                    stats += 1
                    if stats > STATS or columns or ordered or limit is not None:
                        raise Malformed("at most two stats commands, before sort and limit and without fields")
                    step, columns_of_stats = self.stats()
                    steps.append(step)
                    self.defined = columns_of_stats
                case "sort":
                    ordered = True
                    steps.append(self.sort())
                case "limit":
                    if limit is not None:
                        raise Malformed("two limits")
                    limit = self.limit()
            if self.at == len(self.tokens):
                break
            self.take("|")
        columns = self.defined or columns or ["@timestamp", "@message"]
        newest_first = not ordered and not stats

        def run(rows, at_most=DEFAULT_LIMIT):
            for step in steps:
                rows = step(rows)
            rows = list(rows)
            if newest_first:
                rows.sort(key=lambda row: row["@timestamp"], reverse=True)
            kept = rows[: min(limit or LIMIT, at_most if limit is None else LIMIT)]
            return [[(name, shown(name, row[name], stats)) for name in columns if name in row] for row in kept]

        return run

    def list(self, one):
        found = [one()]
        while self.accepts(","):
            found.append(one())
        return found

    def field(self):
        kind, text = self.peek()
        if kind != "name" or text.lower() in WORDS:
            raise Malformed(f"expected a field, found {text!r}")
        self.at += 1
        name = text.strip("`")
        if self.peek() == ("sign", "("):
            raise Malformed(f"unknown function: {name}")
        if name.startswith("@") and name not in SYSTEM:
            raise Malformed(f"unsupported field: {name}")
        if self.defined is not None and name not in self.defined:
            raise Malformed(f"not defined by the stats command: {name}")
        return name

    def filter(self):
        # A compiled expression, because a query can have a million lines.
        condition = eval(f"lambda row: {self.condition()}", {"calculated": calculated, "compared": compared})
        return lambda rows: filter(condition, rows)

    def condition(self):
        parts = [self.conjunction()]
        while self.accepts("or"):
            parts.append(self.conjunction())
        return f"({' or '.join(parts)})"

    def conjunction(self):
        parts = [self.negation()]
        while self.accepts("and"):
            parts.append(self.negation())
        return f"({' and '.join(parts)})"

    def negation(self):
        if self.accepts("not"):
            return f"(not {self.negation()})"
        if self.peek()[0] == "name" and self.peek()[1].lower() == "ispresent":
            self.at += 1
            self.take("(")
            name = self.field()
            self.take(")")
            return f"{name!r} in row"
        return self.comparison()

    def comparison(self):
        start = self.at
        if self.accepts("("):
            try:
                condition = self.condition()
                self.take(")")
            except Malformed:
                self.at = start
            else:
                return condition
        left = self.sum()
        if self.accepts("in"):
            self.take("[")
            values = self.list(self.literal)
            self.take("]")
            return f"({' or '.join(comparison('=', left, repr(value), value) for value in values)})"
        sign = self.take(*COMPARISONS)
        kind, text = self.peek()
        return comparison(sign, left, self.sum(), text[1:-1] if kind == "text" else None)

    def sum(self):
        left = self.product()
        while sign := self.accepts("+", "-"):
            left = f"calculated({sign!r}, {left}, {self.product()})"
        return left

    def product(self):
        left = self.operand()
        while sign := self.accepts("*", "/"):
            left = f"calculated({sign!r}, {left}, {self.operand()})"
        return left

    def operand(self):
        if self.accepts("("):
            value = self.sum()
            self.take(")")
            return value
        if self.peek()[0] in ("number", "text"):
            return repr(self.literal())
        return f"row.get({self.field()!r})"

    def literal(self):
        kind, text = self.peek()
        if kind not in ("number", "text"):
            raise Malformed(f"expected a value, found {text!r}")
        self.at += 1
        return text[1:-1] if kind == "text" else float(text)

    def stats(self):
        aggregates = self.list(self.aggregate)
        by = self.list(self.field) if self.accepts("by") else []
        names = [name for name, _ in aggregates] + by
        if len(set(names)) < len(names):
            raise Malformed("a name is defined twice")

        def run(rows):
            groups = {} if by else {(): [new() for _, new in aggregates]}
            adds = {key: [state.add for state in states] for key, states in groups.items()}
            for row in rows:
                key = tuple([row.get(name) for name in by])
                if key not in adds:
                    groups[key] = [new() for _, new in aggregates]
                    adds[key] = [state.add for state in groups[key]]
                for add in adds[key]:
                    add(row)
            for key, states in groups.items():
                result = dict(zip(by, key, strict=True))
                result |= {name: state.value() for (name, _), state in zip(aggregates, states, strict=True)}
                yield {name: value for name, value in result.items() if value is not None}

        return run, names

    def aggregate(self):
        start = self.at
        name = self.take(*AGGREGATES).lower()
        self.take("(")
        if name == "count" and self.accepts("*"):
            field = None
        else:
            field = self.field()
        self.take(")")
        text = "".join(text for _, text in self.tokens[start : self.at])
        alias = self.alias() if self.accepts("as") else text
        return alias, lambda: AGGREGATES[name](field)

    def alias(self):
        kind, text = self.peek()
        if kind != "name" or text.lower() in WORDS or text.startswith("@"):
            raise Malformed(f"expected an alias, found {text!r}")
        self.at += 1
        return text

    def sort(self):
        def key():
            return self.field(), (self.accepts("asc", "desc") or "asc") == "desc"

        keys = self.list(key)

        def run(rows):
            rows = list(rows)
            for name, descending in reversed(keys):
                rows.sort(key=lambda row: rank(row.get(name)), reverse=descending)
            return rows

        return run

    def limit(self):
        value = self.literal()
        if not isinstance(value, float) or not value.is_integer() or not 1 <= value <= LIMIT:
            raise Malformed(f"limit must be from 1 to {LIMIT}")
        return int(value)


def calculated(sign, left, right):
    operands = number(left), number(right)
    return None if None in operands else ARITHMETIC[sign](*operands)


def comparison(sign, left, right, text):
    """A comparison as a Python expression. One of a field with a text that isn't a number is simple."""
    if right == repr(text) and number(text) is None and left.startswith("row.get("):
        if sign == "=":
            return f"{left} == {right}"
        if sign == "!=":
            return f"{left} not in (None, {right})"
    return f"compared({sign!r}, {left}, {right})"


def compared(sign, left, right):
    """A comparison with a field that is missing is false. Numbers are compared as numbers."""
    if left is None or right is None:
        return False
    compare = COMPARISONS[sign]
    if isinstance(left, str) and isinstance(right, str):
        return compare(left, right)
    numbers = number(left), number(right)
    if None in numbers:
        return sign == "!="
    return compare(*numbers)


def rank(value):
    return (value is not None, isinstance(value, str), value if value is not None else 0)


def shown(name, value, aggregated):
    """A value as text. A time is a formatted text, but after stats a number of milliseconds."""
    if name == "@timestamp" and not aggregated:
        return moment(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def moment(milliseconds):
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{milliseconds % 1000:03d}"
