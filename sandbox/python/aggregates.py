"""The aggregate functions of Logs Insights: each is created per group, and gets its rows."""

import operator

# Up to here, the sandbox's count_distinct is exact. AWS documents only that it is an approximation
# for a field with many values.
EXACT = 10_000


def number(value):
    if isinstance(value, int | float):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


class Count:
    def __init__(self, field):
        self.field, self.total = field, 0

    def add(self, row):
        self.total += self.field is None or self.field in row

    def value(self):
        return self.total


class CountDistinct:
    def __init__(self, field):
        self.field, self.seen = field, set()

    def add(self, row):
        if self.field in row:
            self.seen.add(row[self.field])

    def value(self):
        """An approximation if there are many values."""
        count = len(self.seen)
        return count if count <= EXACT else int(float(f"{count * 0.998:.3g}"))


class Extreme:
    def __init__(self, field, better):
        self.field, self.better, self.best = field, better, None

    def add(self, row):
        value = number(row.get(self.field))
        if value is not None and (self.best is None or self.better(value, self.best)):
            self.best = value

    def value(self):
        return self.best


class Sum(Extreme):
    def __init__(self, field):
        super().__init__(field, None)

    def add(self, row):
        value = number(row.get(self.field))
        if value is not None:
            self.best = (self.best or 0) + value


AGGREGATES = {
    "count": Count,
    "count_distinct": CountDistinct,
    "min": lambda field: Extreme(field, operator.lt),
    "max": lambda field: Extreme(field, operator.gt),
    "sum": Sum,
}
