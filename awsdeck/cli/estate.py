"""`awsdeck calc deck`: what a deck, an assembly or a template carries, lets through, and costs."""

from __future__ import annotations

from ..errors import InputError
from ..planning.estate import DURATION, KINDS, estate, totals
from .deck import assemble, is_deck
from .figures import amount
from .synth import deck_report, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..assembly import StackArtifact
    from .context import Context

    Entry = dict[str, Any]

UNKNOWN = "unknown"


def deck_figures(context: Context, deck: str | None, duration_ms: str | None) -> int:
    """Print the figures of every stack."""
    duration = _duration(duration_ms)
    plan: list[dict[str, Any]] | None = None
    mode = context.mode
    if deck is None or is_deck(deck):
        loaded, assembly = assemble(context, deck)
        if assembly is None:
            return failed(context, loaded, deck_report(context, loaded, None))
        from ..services.ec2.reservation import purchase_plan

        mode = loaded.app.limits
        plan = [one.to_dict() for one in purchase_plan(loaded.app)]
        stacks = [found for artifact in assembly for found in _inner(artifact)]
    else:
        stacks = list(_templates(deck))
    figures = []
    for name, region, template in stacks:
        found = estate(template, region=region, duration_ms=duration, limits=mode)
        figures.append({"stack": name, "region": region, **found, "totals": totals(found, region)})
    if context.json:
        data = {"version": 1, "limits": mode, "duration_ms": duration, "stacks": figures}
        context.screen.data(data if plan is None else {**data, "purchases": plan})
        return 0
    for one in figures:
        _say(context, one, duration)
    _say_plan(context, plan)
    return 0


def _duration(given: str | None) -> float:
    if given is None:
        return DURATION
    try:
        duration = float(given)
    except ValueError:
        duration = -1
    if not 0 <= duration <= 900_000:
        raise InputError(f"--duration-ms {given}: a number is wanted", fix="0 to 900,000 milliseconds")
    return duration


def _inner(artifact: StackArtifact) -> Iterator[tuple[str, str | None, Mapping[str, Any]]]:
    """A stack and the stacks nested in it, as far as their templates are there."""
    from ..diff.nested import whole

    waiting = [(artifact.name, whole(artifact))]
    while waiting:
        name, template = waiting.pop(0)
        yield name, artifact.region, template
        waiting += [(f"{name}/{id}", inner) for id, inner in template.inner.items()]


def _templates(path: str) -> Iterator[tuple[str, str | None, Mapping[str, Any]]]:
    """The templates of a file, a folder or an assembly."""
    from ..lint.files import Unreadable, sources

    several = False
    for source in sources([path]):
        if isinstance(source, Unreadable):
            raise source.error
        for template in source.templates:
            several = True
            stack = source.stacks.get(template.name)
            if stack is not None:
                yield from _inner(stack)
            else:
                yield template.file or template.name, None, template.data
    if not several:
        raise InputError(f"there is no template in {path}", fix="name a deck, a template or an assembly")


# For people


def _say(context: Context, figures: Mapping[str, Any], duration: float) -> None:
    screen = context.screen
    where = f", {figures['region']}" if figures["region"] else ""
    screen.say(screen.paint(f"{figures['stack']}{where}", "bold"))
    if not any(figures[kind] for kind in KINDS):
        screen.say("  nothing that is counted here")
        return
    sections = {
        "tables": (("TABLE", "MODE", "READ UNITS", "WRITE UNITS", "CARRIES A SECOND"), _tables),
        "apis": (("API", "WHERE", "RATE", "BURST", "OF THE ACCOUNT'S"), _apis),
        "functions": (
            ("FUNCTION", "MEMORY", "TIMEOUT", f"A MILLION OF {duration:g} MS", "A MILLION AT TIMEOUT"),
            _functions,
        ),
        "instances": (("INSTANCES", "BOUGHT", "DETAILS"), _instances),
        "volumes": (("VOLUME", "TYPE", "SIZE", "IOPS", "BURST"), _volumes),
        "databases": (("DATABASE", "ENGINE", "STORAGE", "BACKUPS KEPT", "BACKUPS FREE"), _databases),
    }
    for kind, (head, rows) in sections.items():
        if figures[kind]:
            screen.say("")
            screen.table(head, [row for entry in figures[kind] for row in rows(entry)])
    sums = figures["totals"]
    screen.say("")
    if any(entry["mode"] == "provisioned" for entry in figures["tables"]):
        screen.say(
            f"  tables together: {sums['read_units']:,} read and {sums['write_units']:,} write units provisioned"
        )
    if figures["databases"]:
        unsized = sum(1 for entry in figures["databases"] if entry["free_backup_gib"] is None)
        more = f", and the size of {unsized} more, which is unknown" if unsized else ""
        screen.say(f"  backups free: up to {sums['free_backup_gib']:,} GiB{more}")
    if figures["functions"]:
        screen.note("  prices in USD, nothing of them free; list prices of the course notes")
    unknown = {name for kind in KINDS for entry in figures[kind] for name in entry["unknown"]}
    if unknown:
        screen.note(f"  {UNKNOWN}: only the deploy knows it, so sums leave it out")
    assumed = sorted(
        f"{entry['id']} {name.replace('_', ' ')}"
        for kind in KINDS
        for entry in figures[kind]
        for name in entry["assumed"]
    )
    if assumed:
        screen.note(f"  taken from the defaults of parameters: {', '.join(dict.fromkeys(assumed))}")


def _cell(entry: Entry, name: str, unit: str = "", none: str = "-") -> str:
    """A figure; whether it is unknown or not there at all."""
    value = entry[name]
    if value is None:
        return UNKNOWN if name in entry.get("unknown", ()) else none
    return amount(value, unit)


def _tables(entry: Entry) -> Iterator[tuple[str, ...]]:
    if entry["mode"] != "provisioned":
        mode = entry["mode"] or UNKNOWN
        most = [
            f"{way} units at most {entry[f'{way}_units_most']:,}"
            for way in ("read", "write")
            if entry.get(f"{way}_units_most") is not None
        ]
        yield entry["id"], mode, "-", "-", ", ".join(most) or "what is asked for"
        return
    rate = entry["kb_per_second"]
    carries = UNKNOWN if rate is None else (
        f"{rate['strong_read']:,} KB read ({rate['eventual_read']:,} eventually consistent), {rate['write']:,} KB written"
    )  # fmt: skip
    yield entry["id"], "provisioned", _units(entry, "read"), _units(entry, "write"), carries
    for index in entry["indexes"]:
        known = {
            **index,
            "unknown": [name.split(" ", 1)[-1] for name in entry["unknown"] if name.startswith(index["name"])],
        }
        yield f"  {index['name']}", "index", _units(known, "read"), _units(known, "write"), ""


def _units(entry: Entry, way: str) -> str:
    said = _cell(entry, f"{way}_units", none=UNKNOWN)
    bounds = entry[f"{way}_scaling"]
    if bounds is None:
        return said
    least, most = (UNKNOWN if one is None else f"{one:,}" for one in bounds)
    return f"{said}, scales {least} to {most}"


def _apis(entry: Entry) -> Iterator[tuple[str, ...]]:
    whole = f"{entry['account_rate']:,} a second, {entry['account_burst']:,} at once"
    label = f"{entry['where']} " if entry["where"] else ""
    cells = []
    for name in ("rate", "burst"):
        value, effective = entry[name], entry[f"effective_{name}"]
        if value is None:
            cells.append(UNKNOWN if f"{label}{name}" in entry["unknown"] else "the account's")
        else:
            cells.append(f"{value:,}" + (f" (no more than {effective:,})" if effective != value else ""))
    yield f"{entry['id']} ({entry['what']})", entry["where"] or "all", cells[0], cells[1], whole
    quota = entry.get("quota")
    if quota:
        yield "", "quota", f"{quota['requests']:,} a {str(quota['period'] or UNKNOWN).lower()}", "", ""


def _functions(entry: Entry) -> Iterator[tuple[str, ...]]:
    prices = [UNKNOWN if price is None else f"{price:.2f} USD" for price in (entry["price"], entry["price_at_timeout"])]
    yield entry["id"], _cell(entry, "memory_mb", "MB"), _cell(entry, "timeout_s", "s"), prices[0], prices[1]


def _instances(entry: Entry) -> Iterator[tuple[str, ...]]:
    words = {
        "max_price": "at most {} USD an hour", "on_demand_base": "first {} on demand",
        "on_demand_percent": "then {} % on demand", "capacity": "{} units", "type": "{}", "count": "{} of them",
    }  # fmt: skip
    said = [
        said.format(UNKNOWN if entry[name] is None else entry[name])
        for name, said in words.items()
        if entry.get(name) is not None or name in entry["unknown"]
    ]
    yield entry["id"], entry["purchase"], ", ".join(said)


def _volumes(entry: Entry) -> Iterator[tuple[str, ...]]:
    name = f"{entry['id']} {entry['device']}".rstrip()
    burst = "-"
    if entry["burst_iops"] is not None and entry["burst_seconds"] is not None:
        burst = f"{entry['burst_iops']:,} for {entry['burst_seconds']:,} s"
    iops = UNKNOWN if entry["type"] == "gp2" and entry["iops"] is None else _cell(entry, "iops")
    yield name, _cell(entry, "type"), _cell(entry, "size_gib", "GiB"), iops, burst


def _databases(entry: Entry) -> Iterator[tuple[str, ...]]:
    free = UNKNOWN if entry["free_backup_gib"] is None else f"{entry['free_backup_gib']:,} GiB"
    yield (
        entry["id"],
        _cell(entry, "engine"),
        _cell(entry, "allocated_gib", "GiB"),
        _cell(entry, "backup_days", "days"),
        free,
    )


def _say_plan(context: Context, plan: list[dict[str, Any]] | None) -> None:
    if not plan:
        return
    from .purchases import title

    screen = context.screen
    screen.say("", screen.paint("planned purchases", "bold"))
    for entry in plan:
        screen.say(f"  {title(entry)}")
    screen.note("  `awsdeck purchases` tells how to find their offerings; nothing is bought")
