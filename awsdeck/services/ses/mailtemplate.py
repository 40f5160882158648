"""Messages of Amazon SES with gaps that are filled in for each recipient, and lists of those who want them.

Source: SES Developer Guide, using templates to send personalized email; using list management.
"""

from __future__ import annotations

import os

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...keywords import checked
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from ..existing import arn_here
from ..hints import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

TEMPLATE = "AWS::SES::Template"
CONTACT_LIST = "AWS::SES::ContactList"


@construct
class SESTemplate(Construct):
    """A message whose `{{placeholders}}` are filled in when it is sent.

    - `subject`; `text` and `html`: what it says, at least one of them, together at most 500 KB; or `text_file` and
      `html_file`: files to read it from, from the project's folder: that of `awsdeck.toml`, else of the deck.
    - `fields`: the names that a program fills in, all there are; then a placeholder that is none of them, or a field
      that stands nowhere, is an error.
    - `name`: at most 64 letters, digits, hyphens and underscores; programs must know it, the stack makes one up otherwise.

    Source: SES Developer Guide, creating an email template; advanced personalization (Handlebars).
    """

    subject: str
    text: str | None = None
    html: str | None = None
    text_file: str | None = None
    html_file: str | None = None
    fields: Sequence[str] | None = None
    name: str | None = None

    template_name = ref()

    def build(self) -> None:
        """Make the template."""
        text, html = self._content("text", self.text, self.text_file), self._content("html", self.html, self.html_file)
        if text is None and html is None:
            raise ConstructError(
                f"{self.node.path} says nothing but its subject",
                place=caller(),
                fix="give text=, html=, or a file for them",
            )
        resource_class(TEMPLATE)(
            self,
            MAIN,
            Template={"TemplateName": self.name, "SubjectPart": self.subject, "TextPart": text, "HtmlPart": html},
        )
        if self.fields is not None:
            parts = [part for part in (self.subject, text, html) if part is not None]
            if not any(has_marker(part) for part in parts):
                check(self, parts=parts, fields=list(self.fields))

    @property
    def arn(self) -> str:
        """The ARN that policies name the template by."""
        return arn_here("ses", f"template/{self.template_name}")

    def _content(self, word: str, given: str | None, file: str | None) -> str | None:
        if file is None:
            return given
        if given is not None:
            raise ConstructError(
                f"{self.node.path}: both {word}= and {word}_file=", place=caller(), fix="give one of them"
            )
        path = os.path.normpath(os.path.join(self.node.root_app.folder, file))
        try:
            with open(path, encoding="utf-8") as opened:
                return opened.read()
        except (OSError, ValueError) as error:  # a name with a zero byte or half a character is a ValueError
            known = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "no file can be called so"
            why = getattr(error, "strerror", None) or known
            raise ConstructError(
                f"{self.node.path}: {file!r} cannot be read: {why}", place=caller(),
                fix="give a path from the project's folder",
            ) from None  # fmt: skip


class ContactTopic:
    """Something that people can want to get or not: `ContactTopic("news", "News", default="opt-out")`.

    - `name`: at most 64 letters, digits, hyphens and underscores; `title`: what they see, at most 128 characters.
    - `default`: for those who have not said: "opt-out" (nothing comes) or "opt-in".
    - `description`: at most 500 characters.
    """

    __slots__ = ("name", "title", "default", "description")

    @checked
    def __init__(
        self,
        name: str,
        title: str,
        *,
        default: Literal["opt-in", "opt-out"] = "opt-out",
        description: str | None = None,
    ) -> None:
        if default not in ("opt-in", "opt-out"):
            raise ConstructError(f"{name}: default={default!r}", place=caller(), fix='"opt-in" or "opt-out"')
        self.name = name
        self.title = title
        self.default = default
        self.description = description

    def to_cloudformation(self) -> dict[str, Any]:
        """The topic as CloudFormation writes it."""
        body = {
            "TopicName": self.name,
            "DisplayName": self.title,
            "Description": self.description,
            "DefaultSubscriptionStatus": self.default.upper().replace("-", "_"),
        }
        return {name: value for name, value in body.items() if value is not None}


@construct
class SESContactList(Construct):
    """Who wants which messages; an account has one list in a region, with up to 20 topics.

    - `name`: at most 64 letters, digits, hyphens and underscores; `topics`: `ContactTopic`s; `description`.

    Source: SES Developer Guide, using list management.
    """

    name: str | None = None
    topics: Sequence[ContactTopic] = ()
    description: str | None = None

    list_name = ref()

    def build(self) -> None:
        """Make the list."""
        resource_class(CONTACT_LIST)(
            self, MAIN, ContactListName=self.name, Description=self.description, Topics=list(self.topics) or None
        )  # fmt: skip
