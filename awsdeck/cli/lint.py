"""`awsdeck lint`: decks, assemblies and anybody's templates against the documentation."""

from __future__ import annotations

import os

from ..errors import DeckError, InputError, Place
from ..lint import Filter, Report, Source, Unreadable, check
from ..lint.deck import idle_words
from ..lint.files import Candidate, listed, nothing_in, unreadable
from ..lint.own import UNREADABLE
from .command import Argument, Command, Option
from .deck import assemble, is_deck
from .formats import Formats
from .show import shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..assembly import Assembly
    from ..config import Config
    from ..errors import Finding
    from ..rules import Rule
    from ..tree import App
    from .context import Context

FAILED = 4
FEWEST = 64
"""Files from which on it is worth asking whether there are more processors."""


def lint(
    context: Context,
    paths: list[str],
    format: list[str],
    select: list[str],
    ignore: list[str],
    severity: str | None,
    baseline: str | None,
    update_baseline: bool,
    pack: list[str],
    against: str | None,
    watch: bool,
    fix: bool,
    deep: bool,
    skip_others: bool,
    parameters: str | None,
    regions: list[str],
    list_rules: bool,
    explain: str | None,
) -> int:
    """Report what is wrong with the paths; 4 when there is an error among it."""
    formats = Formats(format, json=context.json)
    context.json = context.json or formats.main == "json"
    context.screen.data_only = formats.main != "text"
    if list_rules:
        return show_rules(context, _more([*_words(pack), *context.config.get("lint.packs", ())], context.config))
    if explain:
        from .explain import explain as say

        return say(context, explain)
    run = _Run(context, paths, formats, select=select, ignore=ignore, severity=severity, packs=pack, against=against,
               fix=fix, deep=deep, skip_others=skip_others, parameters=parameters, regions=regions, baseline=baseline, update_baseline=update_baseline)  # fmt: skip
    if watch:
        from .again import repeat

        written = [file for _, file in formats.files]
        return repeat(context, paths or [context.deck()], written, run.once)
    return run.once()


class _Run:
    """What one call of lint is about: which paths, which rules, compared with what, shown how."""

    def __init__(
        self,
        context: Context,
        paths: list[str],
        formats: Formats,
        *,
        select: list[str],
        ignore: list[str],
        severity: str | None,
        packs: list[str],
        against: str | None,
        fix: bool,
        deep: bool,
        skip_others: bool,
        parameters: str | None,
        regions: list[str],
        baseline: str | None,
        update_baseline: bool,
    ) -> None:
        config = context.config
        self.context = context
        self.paths = paths
        self.formats = formats
        self.against = against
        self.fix = fix
        self.deep = deep
        self.strict = not skip_others
        self.update_baseline = update_baseline
        self.baseline = baseline or _beside(config.file, config.get("lint.baseline"))
        self.more = _more([*_words(packs), *config.get("lint.packs", ())], config)
        self.regions = _words(regions) or config.get("lint.regions", [])
        self.values = None
        if parameters:
            from .context import parameters_file

            self.values = parameters_file(parameters)
        self.wanted = Filter(
            _words(select) or config.get("lint.select", ()),
            (*_words(ignore), *config.get("lint.ignore", ())),
            severity or ("info" if context.verbose else config.get("lint.severity")),
        )
        known = [rule.id for rule in self.more]
        Filter(_words(select), _words(ignore)).check(known)
        try:
            self.wanted.check(known)
        except InputError as error:
            raise InputError(error.message, place=Place(config.file or ""), fix=error.fix) from None

    def once(self) -> int:
        """Look at everything and show what was found."""
        report = Report()
        for path in self.paths or [self.context.deck()]:
            if is_deck(path):
                report.add(self._deck(path))
                continue
            before = report.templates + len(report.findings)
            for one in self._files(path):
                report.add(one)
            if self.strict and len(self.paths) > 1 and report.templates + len(report.findings) == before:
                report.findings.append(nothing_in(path))
        if self.paths and self.strict and not report.templates and not report.findings:
            raise InputError(
                f"no template in {', '.join(self.paths)}", fix="name files in JSON or YAML, a folder of them, or a deck"
            )
        report.settled(self.wanted).sorted()
        if self.update_baseline:
            return _keep(self.context, self.baseline, report)
        if self.baseline:
            _compare(self.context, self.baseline, report)
        self.formats.show(self.context.screen, report)
        return FAILED if report.failed else 0

    def _files(self, path: str) -> Iterator[Report]:
        candidates = list(listed([path]))
        if self.fix or self.deep or len(candidates) < FEWEST:
            return map(self._candidate, candidates)
        from ..lint.workers import judged

        return judged(candidates, self._candidate)

    def _candidate(self, candidate: Candidate | Unreadable) -> Report:
        source = candidate if isinstance(candidate, Unreadable) else candidate.read(strict=self.strict)
        return Report() if source is None else self._source(source)

    def _source(self, source: Source | Unreadable) -> Report:
        mode = self.context.mode
        report = check(source, self.wanted, limits=mode, parameters=self.values, regions=self.regions, more=self.more)
        if self.fix and isinstance(source, Source) and self._mend(source, report.findings):
            return self._candidate(Candidate(source.templates[0].file or "", named=True))
        if self.deep and isinstance(source, Source):
            report.findings = self._deepened(source, report.findings)
        if self.against is not None and isinstance(source, Source):
            from ..lint.change import check_change
            from .earlier import template

            for after in source.templates:
                before = template(after.file, self.against) if after.file else None
                if before is not None:
                    found = check_change(before, after, limits=mode, parameters=self.values)
                    report.findings.extend(one for one in found if self.wanted.passes(one))
        return report

    def _mend(self, source: Source, findings: list[Finding]) -> bool:
        """Write what can be mended into the file and show what changed; whether anything did."""
        template = source.templates[0]
        file = template.file
        if source.stacks or file is None or not os.path.isfile(file):
            return False
        from difflib import unified_diff

        from ..lint.mend import mended
        from ..output import write_atomic

        with open(file, encoding="utf-8", newline="") as stream:
            old = stream.read()
        mark = "\ufeff" if old.startswith("\ufeff") else ""
        new, done = mended(old.removeprefix(mark), template, findings)
        if not done:
            return False
        write_atomic(file, mark + new)
        before, after = old.removeprefix(mark).splitlines(), new.splitlines()
        self.context.screen.note(*unified_diff(before, after, file, file, n=0, lineterm=""))
        self.context.screen.note(f"{file}: {len(done)} mended ({', '.join(sorted({one.rule for one in done}))})")
        return True

    def _deepened(self, source: Source, own: list[Finding]) -> list[Finding]:
        from ..lint.deep import deepened

        found = deepened(source, own, self.regions, limits=self.context.mode, parameters=self.values)
        return [finding for finding in found if self.wanted.passes(finding)]

    def _deck(self, path: str) -> Report:
        report = Report()
        try:
            loaded, _ = assemble(self.context, path)
        except DeckError as error:
            finding = shortened(unreadable(error, path.partition(":")[0]))
            report.findings = [finding] if self.wanted.passes(finding) else []
            return report
        found = list(loaded.app.findings)
        assembly = loaded.app.assembly
        if loaded.broken is not None:
            more = getattr(loaded.broken, "findings", None)
            found.extend(more or [unreadable(loaded.broken, path.partition(":")[0])])
        elif assembly is not None:
            report.templates = len(assembly.everything)
            report.resources = sum(len(stack.template["Resources"]) for stack in assembly.everything.values())
            found.extend(idle_words(loaded.app, [rule.id for rule in self.more]))
            found.extend(self._beyond(loaded.app, assembly))
            if self.deep:
                found = self._deepened(Source(assembly.templates(), assembly.everything, loaded.app.folder), found)
        report.files[path.partition(":")[0]] = None
        report.findings = [finding for finding in map(shortened, found) if self.wanted.passes(finding)]
        return report

    def _beyond(self, app: App, assembly: Assembly) -> Iterator[Finding]:
        """What a deck is not asked by itself: packs, own rules, and the way from an older state."""
        if self.more:
            source = Source(assembly.templates(), assembly.everything, app.folder)
            yield from check(source, self.wanted, limits=app.limits, more=self.more, only_more=True).findings
        if self.against is not None:
            from .earlier import given
            from .updates import update_findings

            older, _ = given(self.context, self.against, list(assembly.stacks))
            for stack in assembly:
                yield from update_findings(self.context, stack, older.get(stack.name))


def _more(packs: list[str], config: Config) -> tuple[Rule, ...]:
    files = [os.path.join(config.folder, file) for file in config.get("lint.rules", ())]
    if not packs and not files:
        return ()
    from ..lint.packs import own_rules, pack

    return (*(rule for name in dict.fromkeys(packs) for rule in pack(name)), *own_rules(files))


def _beside(config: str | None, file: str | None) -> str | None:
    return None if file is None else os.path.join(os.path.dirname(config or ""), file)


def _keep(context: Context, file: str | None, report: Report) -> int:
    from ..lint import baseline

    if file is None:
        raise InputError("--update-baseline needs a file", fix="name it with --baseline FILE")
    unread = [finding for finding in report.findings if finding.rule == UNREADABLE]
    if unread:
        report.findings = unread
        context.screen.report(report)
        raise InputError("what cannot be read has no place in a baseline", fix="mend the files above first")
    count = baseline.write(file, report.findings)
    context.screen.note(f"{file}: {count} findings are known from now on")
    return 0


def _compare(context: Context, file: str, report: Report) -> None:
    from ..lint.baseline import Baseline

    kept = Baseline.read(file)
    report.findings, report.known = kept.split(report.findings)
    if kept.gone:
        context.screen.note(f"{file}: {kept.gone} of its findings are gone; --update-baseline forgets them")


def show_rules(context: Context, more: tuple[Rule, ...]) -> int:
    """Every rule there is, and those of packs and of one's own that are asked for."""
    from ..lint.own import OWN
    from ..rules import all_rules

    rules = (*all_rules(), *more)
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
        Option(
            "--format",
            "How findings are written: text, json, sarif, junit or github; with =FILE into a file. May be given again.",
            "list",
            metavar="FORMAT[=FILE]",
        ),
        Option("--select", "Only these rules, by id or beginning (SQS, SQS001).", "list", metavar="RULE[,…]"),
        Option("--ignore", "Not these rules, by id or beginning.", "list", metavar="RULE[,…]"),
        Option("--severity", "The least severity that is reported.", choices=("error", "warning", "info")),
        Option("--baseline", "Findings that are known already and do not count.", metavar="FILE"),
        Option("--update-baseline", "Write what is found now into the baseline.", "flag"),
        Option("--pack", "Rules of good practice too: security.", "list", metavar="PACK[,…]"),
        Option("--against", "Judge the way from an older state too.", metavar="FILE|FOLDER|REVISION"),
        Option("--fix", "Mend in the files what can only be meant one way, and show it.", "flag"),
        Option("--deep", "Ask cfn-lint and cloudformation-validate, and judge what SAM makes (extra `deep`).", "flag"),
        Option("--skip-others", "Leave out files that are no templates, also those that are named.", "flag"),
        Option("--watch", "Look again whenever a file changes, until Ctrl-C.", "flag"),
        Option("--parameters", "Values for template parameters, in JSON, YAML or TOML.", metavar="FILE"),
        Option("--regions", "The regions the templates are meant for.", "list", metavar="REGION[,…]"),
        Option("--list-rules", "Show every rule.", "flag"),
        Option("--explain", "Tell all about one rule.", metavar="RULE"),
        epilog="Exit code 4 when an error is found. Suppress a rule in a template with Metadata.awsdeck.ignore and a reason.",
    ),
)
