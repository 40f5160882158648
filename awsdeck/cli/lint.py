"""`awsdeck lint`: decks, assemblies and anybody's templates against the documentation."""

from __future__ import annotations

from ..errors import DeckError, InputError, Place
from ..lint import Filter, Report, check, sources
from ..lint.deck import idle_words
from ..lint.files import unreadable
from ..lint.report import as_json
from .command import Argument, Command, Option
from .deck import assemble, is_deck
from .show import shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .context import Context

FAILED = 4


def lint(
    context: Context,
    paths: list[str],
    format: str | None,
    select: list[str],
    ignore: list[str],
    severity: str | None,
    parameters: str | None,
    regions: list[str],
    list_rules: bool,
    explain: str | None,
) -> int:
    """Report what is wrong with the paths; 4 when there is an error among it."""
    context.json = context.json or format == "json"
    context.screen.data_only = context.json
    if list_rules:
        return show_rules(context)
    if explain:
        from .explain import explain as say

        return say(context, explain)
    config = context.config
    wanted = Filter(
        _words(select) or config.get("lint.select", ()),
        (*_words(ignore), *config.get("lint.ignore", ())),
        severity or ("info" if context.verbose else config.get("lint.severity")),
    )
    Filter(_words(select), _words(ignore)).check()
    try:
        wanted.check()
    except InputError as error:
        raise InputError(error.message, place=Place(config.file or ""), fix=error.fix) from None
    values = None
    if parameters:
        from .context import parameters_file

        values = parameters_file(parameters)
    regions = _words(regions) or config.get("lint.regions", [])
    report = Report()
    for path in paths or [context.deck()]:
        if is_deck(path):
            report.add(_deck(context, path, wanted))
        else:
            for source in sources([path]):
                report.add(check(source, wanted, limits=context.mode, parameters=values, regions=regions))
    if paths and not report.templates and not report.findings:
        raise InputError(
            f"no template in {', '.join(paths)}", fix="name files in JSON or YAML, a folder of them, or a deck"
        )
    report.sorted()
    if context.json:
        context.screen.put(context.screen.out, as_json(report))
    elif report.findings or not context.screen.quiet:
        context.screen.report(report)
    return FAILED if report.failed else 0


def _deck(context: Context, path: str, wanted: Filter) -> Report:
    report = Report()
    try:
        loaded, _ = assemble(context, path)
    except DeckError as error:
        finding = shortened(unreadable(error, path.partition(":")[0]))
        report.findings = [finding] if wanted.passes(finding) else []
        return report
    report.findings = [shortened(finding) for finding in loaded.app.findings]
    if loaded.broken is not None:
        more = getattr(loaded.broken, "findings", None)
        report.findings.extend(map(shortened, more or [unreadable(loaded.broken, path.partition(":")[0])]))
    elif loaded.app.assembly is not None:
        report.templates = len(loaded.app.assembly)
        report.resources = sum(len(stack.template["Resources"]) for stack in loaded.app.assembly)
        report.findings.extend(map(shortened, idle_words(loaded.app)))
    report.findings = [finding for finding in report.findings if wanted.passes(finding)]
    return report


def show_rules(context: Context) -> int:
    """Every rule there is."""
    from ..lint.own import OWN
    from ..rules import all_rules

    rules = all_rules()
    if context.json:
        own = [{"id": id, "severity": severity, "message": text} for id, (severity, text) in OWN.items()]
        context.screen.data({"version": 1, "rules": [*(rule.to_dict() for rule in rules), *own]})
        return 0
    lines = [(rule.id, rule.severity, rule.message) for rule in rules]
    for id, severity, text in sorted([*lines, *((id, severity, text) for id, (severity, text) in OWN.items())]):
        context.screen.say(f"{context.screen.paint(id, 'rule')}  {severity:<7}  {text}")
    return 0


def _words(given: Iterable[str]) -> list[str]:
    """Options that take several values, separated by commas or given again."""
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


COMMANDS = (
    Command(
        "lint",
        lint,
        "Check decks, assemblies and CloudFormation templates against the documentation.",
        Argument(
            "paths",
            "Decks, templates in JSON or YAML, folders, globs, or - for standard input.",
            metavar="PATH",
            many=True,
        ),
        Option("--format", "How findings are written.", choices=("text", "json")),
        Option("--select", "Only these rules, by id or beginning (SQS, SQS001).", "list", metavar="RULE[,…]"),
        Option("--ignore", "Not these rules, by id or beginning.", "list", metavar="RULE[,…]"),
        Option("--severity", "The least severity that is reported.", choices=("error", "warning", "info")),
        Option("--parameters", "Values for template parameters, in JSON, YAML or TOML.", metavar="FILE"),
        Option("--regions", "The regions the templates are meant for.", "list", metavar="REGION[,…]"),
        Option("--list-rules", "Show every rule.", "flag"),
        Option("--explain", "Tell all about one rule.", metavar="RULE"),
        epilog="Exit code 4 when an error is found. Suppress a rule in a template with Metadata.awsdeck.ignore and a reason.",
    ),
)
