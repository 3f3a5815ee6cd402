"""DuckDB and DataFusion read what carwatch-lake writes: every car, by every form of query that
frontends/docs/scale.md shows, with the names and the dates that are hard.

    readers.py FILL

FILL is the example `lake_fill`. What is in the lake is known here and nowhere else.
"""

import collections
import datetime
import os
import pathlib
import subprocess
import sys
import tempfile

import datafusion
import duckdb

GATHERED_AT = 1795330000123

STATIONS = [
    "gate", "10.0.0.5:8000", "my gate", "a/b", "..", "../../etc", "date=x", "a=b", "100%", "%2F", "%",
    "a+b", "a&b#c?d", "*", "[a]", "{a,b}", "it's", '"quoted"', "tab\there", "line\nbreak", "\x1b[2J",
    "\x7f", "Brücke", "桥", "e\u0301", "\u202egate", "null", "NULL", "__HIVE_DEFAULT_PARTITION__",
    "123", "007", "1e5", "true", "2026-11-22", "_hidden", ".hidden", "x" * 247, "x" * 300, "é/" * 150,
    "C:\\lake", " leading", "trailing ", "a" * 300 + "1", "a" * 300 + "2",
]

TIMES = [
    "1795330000", "1795330000", "1795350000", "97264836", "0", "-1", "951782400", "-62135596800",
    "253402300799", "253402300800", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "today", "", "12.5", "2026-11-22T06:31:00Z", "naïve\0\x1b",
]


def unix(time):
    """carwatch::Car::unix_seconds, said again."""
    digits = time[1:] if time.startswith("-") else time
    if not digits.isascii() or not digits.isdecimal():
        return None
    return int(time) if -(2**63) <= int(time) < 2**63 else None


def date(time):
    seconds = unix(time)
    if seconds is None:
        return "unknown"
    try:
        day = datetime.date(1970, 1, 1) + datetime.timedelta(days=seconds // 86400)
    except OverflowError:
        return "unknown"
    # `isoformat` has four digits for every year.
    return day.isoformat()


CARS = [
    (station, time, "B.M.W" if number % 2 else "", "rot\n" if number % 3 else "red")
    for number, (station, time) in enumerate((s, t) for s in STATIONS for t in TIMES)
]
ROWS = collections.Counter((*car, unix(car[1]), GATHERED_AT) for car in CARS)
COLUMNS = "station, time, brand, color, unix, gathered_at"


def fill(program, lake, cars):
    lines = "".join("".join(field.encode().hex() + " " for field in car) + "\n" for car in cars)
    subprocess.run(
        [program, lake, str(GATHERED_AT)], input=lines.encode(), check=True, stdout=subprocess.DEVNULL
    )


def check(what, found, expected):
    if found != expected:
        print(f"FAILED: {what}\n  found    {found!r:.600}\n  expected {expected!r:.600}")
        raise SystemExit(1)
    print(f"ok: {what}")


def text(value):
    return "'" + value.replace("'", "''") + "'"


def duck(lake):
    parts = text(f"{lake}/**/*.parquet")
    plain = f"read_parquet({parts}, hive_partitioning=false)"
    hive = f"read_parquet({parts}, hive_partitioning=true, hive_types_autocast=false)"

    def rows(query):
        return duckdb.sql(query).fetchall()

    def count(source, condition):
        return rows(f"SELECT count(*) FROM {source} WHERE {condition}")[0][0]

    check("duckdb: every car, from the parts alone",
          collections.Counter(rows(f"SELECT {COLUMNS} FROM {plain}")), ROWS)
    types = [(row[0], row[1]) for row in rows(f"DESCRIBE SELECT * FROM {plain}")]
    check("duckdb: six columns and their types", types, [
        ("station", "VARCHAR"), ("time", "VARCHAR"), ("brand", "VARCHAR"), ("color", "VARCHAR"),
        ("unix", "BIGINT"), ("gathered_at", "BIGINT"),
    ])
    for station in STATIONS:
        expected = sum(car[0] == station for car in CARS)
        check(f"duckdb: of station {station!r:.40}", count(plain, f"station = {text(station)}"), expected)
        # The folder has the name as well, if it is not too long for one.
        if len(station.encode()) < 200:
            check(f"duckdb: of the folder of {station!r:.40}",
                  count(hive, f"station = {text(station)}"), expected)
    for day in sorted({date(time) for time in TIMES}):
        expected = sum(date(car[1]) == day for car in CARS)
        check(f"duckdb: of date {day}", count(hive, f"date = {text(day)}"), expected)
    # Of the folders that a filter excludes not a file is opened.
    plan = rows(f"EXPLAIN ANALYZE SELECT count(*) FROM {hive} WHERE station = 'gate' AND date = '2026-11-22'")
    read = [line for line in plan[0][1].splitlines() if "Files Read" in line]
    check("duckdb: files read of one station and day", "".join(read).strip(" │").split()[-1:], ["1"])
    moment = rows(f"SELECT DISTINCT epoch_ms(gathered_at) FROM {plain}")[0][0]
    check("duckdb: gathered_at as a time", moment.isoformat(timespec="milliseconds"), "2026-11-22T06:46:40.123")


def fusion(lake):
    context = datafusion.SessionContext()
    context.register_parquet("cars", lake)

    def rows(query):
        return [tuple(row.values()) for batch in context.sql(query).collect() for row in batch.to_pylist()]

    check("datafusion: every car, from the parts alone",
          collections.Counter(rows(f"SELECT {COLUMNS} FROM cars")), ROWS)
    types = [(field.name, str(field.type).replace("_view", "")) for field in context.table("cars").schema()]
    check("datafusion: six columns and their types", types[:6], [
        ("station", "string"), ("time", "string"), ("brand", "string"), ("color", "string"),
        ("unix", "int64"), ("gathered_at", "int64"),
    ])
    for station in STATIONS:
        expected = sum(car[0] == station for car in CARS)
        found = rows(f"SELECT count(*) FROM cars WHERE station = {text(station)}")[0][0]
        check(f"datafusion: of station {station!r:.40}", found, expected)
    first = 1795305600
    expected = sum(first <= (unix(car[1]) or 0) < first + 86400 for car in CARS)
    found = rows(f"SELECT count(*) FROM cars WHERE unix >= {first} AND unix < {first + 86400}")[0][0]
    check("datafusion: of a day, by unix", found, expected)
    # The folders' names as columns: declared, as `station` stands in the parts as well.
    context.sql(
        "CREATE EXTERNAL TABLE days (time VARCHAR, brand VARCHAR, color VARCHAR, unix BIGINT, "
        "gathered_at BIGINT, station VARCHAR, date VARCHAR) STORED AS PARQUET "
        f"PARTITIONED BY (station, date) LOCATION {text(lake + '/')}"
    )
    for day in sorted({date(time) for time in TIMES}):
        expected = sum(date(car[1]) == day for car in CARS)
        found = rows(f"SELECT count(*) FROM days WHERE date = {text(day)}")[0][0]
        check(f"datafusion: of date {day}", found, expected)
    # It looks for the folder of a station by the name as it is, without escapes: an address finds
    # nothing, so stations are asked for by the form above.
    found = rows("SELECT count(*) FROM days WHERE station = 'gate'")[0][0]
    check("datafusion: of the folder of a plain name", found, sum(car[0] == "gate" for car in CARS))
    # Without a declaration it takes the folders' names for columns by itself.
    context.sql("SET datafusion.execution.listing_table_factory_infer_partitions = false")
    context.sql(f"CREATE EXTERNAL TABLE inferred STORED AS PARQUET LOCATION {text(lake + '/')}")
    check("datafusion: an external table", rows("SELECT count(*) FROM inferred")[0][0], len(CARS))
    # One folder by its name, as a table of its own.
    context.register_parquet("gate", f"{lake}/station=gate")
    found = rows("SELECT count(*) FROM gate")[0][0]
    check("datafusion: one station's folder", found, sum(car[0] == "gate" for car in CARS))


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        lake = os.path.join(folder, "lake")
        fill(program, lake, CARS)
        # What a gatherer that lives, or was killed, has there: no reader minds.
        staging = pathlib.Path(lake, "_carwatch-00000000-0123456789abcdef")
        staging.mkdir()
        (staging / "lock").write_text("")
        (staging / "00000001.part").write_bytes(b"PAR1 but not to its end")
        names = {path.parent.parent.name for path in pathlib.Path(lake).rglob("*.parquet")}
        check("nothing lies elsewhere", all(name.startswith("station=") for name in names), True)
        duck(lake)
        fusion(lake)


if __name__ == "__main__":
    main()
