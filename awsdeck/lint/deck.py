"""What a deck ignores for nothing: `node.ignore` is held to the same as a suppression in a template."""

from __future__ import annotations

from ..errors import Finding
from .own import EXPIRED, UNUSED
from .suppress import idle, today

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..node import Node
    from ..tree import App


def idle_words(app: App, more: Collection[str] = ()) -> Iterator[Finding]:
    """A finding for each rule that is ignored and not violated, or was ignored until a day that has passed.

    Counts only for an app that has been synthesized with its mistakes gathered: else some rules have not run.
    """
    from ..tree import located

    heard: set[tuple[Node, str]] = set()
    for finding, node in app.noted:
        heard.update((above, finding.rule) for above in node.above() if above.ignored and finding.rule in above.ignored)
    for construct in app.node.walk():
        node = construct.node
        for rule, (_, until) in (node.ignored or {}).items():
            if until is not None and until < today():
                fix = "mend the resource, or give a later date"
                yield located(Finding(EXPIRED, "warning", f"{rule} was ignored until {until}", fix=fix), node)
            elif (node, rule) not in heard:
                what = None if rule in more else idle(rule, constructs=True)
                if what:
                    yield located(Finding(UNUSED, "warning", what, fix="take node.ignore(…) out"), node)
