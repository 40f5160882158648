"""What a guide is made of: the choices there are, when each is right and why."""

from __future__ import annotations

import attrs

from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..rules.vocabulary import Mode


@attrs.frozen
class Choice:
    """One way to go: `when` it is right, and `why`. `today` is what has taken its place since the course notes."""

    name: str
    when: str
    why: str
    today: str | None = None


@attrs.frozen(kw_only=True)
class Advice(Result):
    """What a guide recommends. `today` is what AWS would be asked for now, where that differs."""

    choice: str = value()
    when: str = value()
    why: str = value()
    today: str | None = value()
    source: str = value()


@attrs.frozen
class Guide:
    """A question with its possible answers, by a short key each."""

    question: str
    source: str
    choices: Mapping[str, Choice]

    def advise(self, key: str, limits: Mode = "documented", *notes: str) -> Advice:
        """Recommend one of the choices: the course notes' name for it, or today's with `limits="current"`."""
        choice = self.choices[key]
        name = choice.today if limits == "current" and choice.today else choice.name
        return Advice(
            choice=name, when=choice.when, why=choice.why, today=choice.today, source=self.source, notes=notes
        )
