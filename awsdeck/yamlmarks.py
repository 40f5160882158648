"""YAML templates: CloudFormation's short tags become functions, and every value keeps its line.

The parser's events are read directly: nothing is constructed but dicts, lists, text, numbers, booleans and None, so
no tag can run code, and depth and alias expansion are bounded while reading.
"""

from __future__ import annotations

import re

from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

from .errors import Place, TemplateError
from .marks import MAX_DEPTH, MAX_PROBLEMS, Doubt, is_deeper, shorten, together
from .yamlscalars import UNCERTAIN_START, read_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

FUNCTIONS = (
    "And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap", "GetAZs", "GetAtt",
    "GetStackOutput", "If", "Implies", "ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split", "Sub",
    "ToJsonString", "Transform", "ValueOf", "ValueOfAll",
)  # fmt: skip
TAGS = {"!Ref": "Ref", "!Condition": "Condition", **{f"!{name}": f"Fn::{name}" for name in FUNCTIONS}}

YAML_TAG = "tag:yaml.org,2002:"
MAX_FROM_ALIASES = 200_000  # values that aliases may add, all together
MERGE: Any = object()  # stands in for the key <<, until its mapping ends


class Marks:
    """Where the values of a YAML text stand, kept from reading it.

    A node is the parser's mark for a scalar, and `(mark, members, keys)` for a container.
    """

    __slots__ = ("_root",)

    def __init__(self, root: Any) -> None:
        self._root = root

    def find(self, path: Sequence[str | int], key: bool) -> tuple[int, int]:
        """Line and column of the value at `path`, or of its key; of the nearest container that exists."""
        node = self._root
        mark = key_mark = node[0]
        for step in path:
            if not isinstance(node, tuple):
                break
            _, members, keys = node
            if keys is None:
                if not isinstance(step, int) or not 0 <= step < len(members):
                    break
            elif step not in members:
                break
            node = members[step]
            mark = node[0] if isinstance(node, tuple) else node
            key_mark = mark if keys is None else keys[step]
        found = key_mark if key else mark
        return found.line + 1, found.column + 1


def read(text: str, file: str) -> tuple[Any, Marks, list[Doubt]]:
    """The data of a YAML text, the marks of its values, and what in it is not what it looks like."""
    if text.count("\n%") > 100:
        raise TemplateError("the file has more than 100 lines that start with %", place=Place(file))
    reading = _Reading(file)
    try:
        reading.run(_parser(text).get_event)
    except ReaderError as error:
        refused = Reader.NON_PRINTABLE.search(text)
        if refused is None:
            reading.stop(Place(file), f"this is not YAML: {error.reason}")
        at = refused.start()  # the parser's own position counts bytes
        place = Place(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
        reading.stop(place, f"this is not YAML: {refused.group()!r} is not allowed")
    except MarkedYAMLError as error:
        reading.stop(*_explain(text, file, error))
    except YAMLError as error:
        reading.stop(Place(file), f"this is not YAML: {error}")
    if reading.problems:
        raise together(reading.problems)
    if not reading.root:
        raise TemplateError("the file is empty, but for comments", place=Place(file))
    return reading.root[0], Marks(reading.root_marks[0]), reading.doubts


class _Reading:
    """One pass over the events of a text."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: list[Any] = []
        self.root_marks: list[Any] = []
        self.doubts: list[Doubt] = []
        self.problems: list[tuple[Place, str]] = []
        self.stack: list[Any] = []
        self.anchors: dict[str, Any] = {}

    def run(self, get_event: Any) -> None:
        """Build `root`, following every event; `container`, `members` and `keys` are those of the open container."""
        container: Any = self.root
        members: Any = self.root_marks
        keys: Any = None  # a dict for a mapping, None for a sequence
        key: Any = None  # the key whose value comes next
        stack = self.stack
        anchors = self.anchors
        certain: dict[str, Any] = {}  # plain scalars read before, without a doubt
        usual: set[Any] = set()  # plain keys read before, without a doubt
        merging: list[int] = []
        count = depth = added = documents = 0
        while True:
            event = get_event()
            kind = type(event)
            if kind is ScalarEvent:
                text = event.value
                mark = event.start_mark
                if key is None and keys is not None:
                    if text in usual and text not in keys and event.tag is None:
                        keys[text] = mark
                        key = text
                    else:
                        doubts, problems = len(self.doubts), len(self.problems)
                        key = self.key(event, container, keys, merging)
                        if event.implicit[0] and len(self.doubts) == doubts and len(self.problems) == problems:
                            usual.add(key)
                    if event.anchor is not None:
                        anchors[event.anchor] = (text, mark, 1)
                    continue
                node: Any = mark
                if event.tag is not None:
                    value, node = self.tagged_scalar(event)
                elif not event.implicit[0]:
                    value = text
                elif text in certain:
                    value = certain[text]
                else:
                    value, meaning = read_plain(text)
                    if meaning is None:
                        certain[text] = value
                    else:
                        self.doubt(text, meaning, mark, key, container, keys)
                if event.anchor is not None:
                    anchors[event.anchor] = (value, node, 1)
                count += 1
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                if merging and merging[-1] == id(container):
                    merging.pop()
                    self.merge(container, members, keys)
                container, members, keys, anchor, value, node, start, depth = stack.pop()[:8]
                if anchor is not None:
                    anchors[anchor] = (value, node, count - start)
                key = None
                continue
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                mark = event.start_mark
                if keys is not None and key is None:
                    self.stop(self.at(mark), "a key must be text, not a list or a mapping")
                inner: Any = {} if kind is MappingStartEvent else []
                inner_members: Any = {} if kind is MappingStartEvent else []
                inner_keys: Any = {} if kind is MappingStartEvent else None
                value, node = inner, (mark, inner_members, inner_keys)
                name = None if event.tag is None else self.tag_of_container(event, kind is MappingStartEvent)
                if name is not None:
                    value, node = {name: value}, (mark, {name: node}, {name: mark})
                anchor = event.anchor
                if anchor is not None:
                    anchors[anchor] = None
                stack.append((container, members, keys, anchor, value, node, count, depth, key, name))
                depth += 1 if name is None else 2
                if depth > MAX_DEPTH:
                    self.stop(self.at(mark), f"the template is nested too deeply: more than {MAX_DEPTH} levels")
                count += 1
                if keys is None:
                    container.append(value)
                    members.append(node)
                else:
                    container[key] = value
                    members[key] = node
                container, members, keys, key = inner, inner_members, inner_keys, None
                continue
            elif kind is AliasEvent:
                value, node, size = self.alias(event)
                if keys is not None and key is None:
                    if not isinstance(value, str):
                        self.stop(self.at(event.start_mark), "a key must be text")
                    key = self.new_key(value, event.start_mark, keys)
                    continue
                count += size
                added += size
                if added > MAX_FROM_ALIASES:
                    self.stop(self.at(event.start_mark), f"aliases add more than {MAX_FROM_ALIASES:,} values")
                value = _copy(value)
            elif kind is StreamEndEvent:
                break
            else:
                if kind is DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        self.stop(self.at(event.start_mark), "a second document starts here; a template is only one")
                elif kind is DocumentEndEvent and added and is_deeper(self.root, MAX_DEPTH + 1):
                    self.stop(Place(self.file), f"aliases nest more than {MAX_DEPTH} levels")
                continue
            if keys is None:
                container.append(value)
                members.append(node)
            else:
                container[key] = value
                members[key] = node
                key = None

    def at(self, mark: Any) -> Place:
        """The mark as a place."""
        return Place(self.file, mark.line + 1, mark.column + 1)

    def problem(self, mark: Any, message: str) -> None:
        """Note what is wrong and read on."""
        self.problems.append((self.at(mark), message))
        if len(self.problems) >= MAX_PROBLEMS:
            raise together(self.problems)

    def stop(self, place: Place, message: str) -> NoReturn:
        """Note what is wrong and give up."""
        self.problems.append((place, message))
        raise together(self.problems)

    def doubt(
        self, text: str, meaning: str, mark: Any, key: Any, container: Any, keys: Any, is_key: bool = False
    ) -> None:
        """Note a scalar that CloudFormation reads as something else, with the path that leads to it."""
        path: list[Any] = []
        for frame in self.stack[1:]:
            path.append(len(frame[0]) - 1 if frame[2] is None else frame[8])
            if frame[9] is not None:
                path.append(frame[9])
        path.append(len(container) if keys is None else key)
        steps = tuple(step for step in path if step is not MERGE)
        self.doubts.append(Doubt(text, meaning, steps, self.at(mark), is_key))

    def key(self, event: Any, container: Any, keys: Any, merging: list[int]) -> Any:
        """The key a scalar stands for: always text, exactly as written."""
        text, mark = event.value, event.start_mark
        if event.tag is not None and event.tag not in ("!", YAML_TAG + "str"):
            self.problem(mark, f"a key must be text, without the tag {shorten(event.tag)}")
        elif event.implicit[0] and event.tag is None:
            if text == "<<":
                if MERGE in container:
                    self.problem(mark, "the merge key << is given twice in one mapping; list both: <<: [*a, *b]")
                else:
                    merging.append(id(container))
                keys[MERGE] = mark
                return MERGE
            if text[:1] in UNCERTAIN_START:
                value, meaning = read_plain(text)
                if value is None:
                    self.problem(mark, f"the key is {'null' if text else 'missing'}; a key must be text")
                elif meaning is not None:
                    self.doubt(text, meaning, mark, text, container, keys, True)
        return self.new_key(text, mark, keys)

    def new_key(self, text: str, mark: Any, keys: Any) -> str:
        """`text`, noted as a key; a problem when the mapping has it already."""
        if text in keys:
            self.problem(mark, f"the key {shorten(text)!r} is given twice; the first is on line {keys[text].line + 1}")
        else:
            keys[text] = mark
        return text

    def function(self, tag: str, mark: Any) -> str | None:
        """The function a short tag stands for; None, and a problem, for a tag that is no function's."""
        name = TAGS.get(tag)
        if name is None:
            shown = shorten(tag.replace(YAML_TAG, "!!"))
            from difflib import get_close_matches

            near = get_close_matches(tag[:40], TAGS, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self.problem(mark, f"the tag {shown} is not one CloudFormation knows{hint}")
        return name

    def tagged_scalar(self, event: Any) -> tuple[Any, Any]:
        """The value and node of a scalar with a tag: a function of a text, or a text, number or boolean on demand."""
        tag, text, mark = event.tag, event.value, event.start_mark
        if tag == "!":
            return text, mark
        if tag.startswith(YAML_TAG):
            kind = tag[len(YAML_TAG) :]
            if kind == "str":
                return text, mark
            if kind in ("int", "float", "bool", "null"):
                value = read_plain(text)[0]
                if kind == "float" and type(value) is int:
                    value = float(value)
                if type(value).__name__ != {"null": "NoneType"}.get(kind, kind):
                    self.problem(mark, f"{shorten(text)!r} is not a plain {kind}")
                return value, mark
        name = self.function(tag, mark)
        if name is None:
            return text, mark
        if name == "Fn::GetAtt" and "." in text:
            target, _, attribute = text.partition(".")
            return {name: [target, attribute]}, (mark, {name: (mark, [mark, mark], None)}, {name: mark})
        return {name: text}, (mark, {name: mark}, {name: mark})

    def tag_of_container(self, event: Any, is_mapping: bool) -> str | None:
        """The function a tag on a list or mapping stands for; None for the tags that change nothing."""
        if event.tag in ("!", YAML_TAG + ("map" if is_mapping else "seq")):
            return None
        return self.function(event.tag, event.start_mark)

    def alias(self, event: Any) -> tuple[Any, Any, int]:
        """Value, node and size of what an alias stands for; its own place is where the alias is written."""
        name, mark = event.anchor, event.start_mark
        if name not in self.anchors:
            self.problem(mark, f"there is no &{shorten(name)} above for *{shorten(name)}")
            return None, mark, 1
        known = self.anchors[name]
        if known is None:
            self.stop(self.at(mark), f"*{name} stands inside &{name} itself")
        value, node, size = known
        return value, (mark, *node[1:]) if isinstance(node, tuple) else mark, size

    def merge(self, container: Any, members: Any, keys: Any) -> None:
        """Take over what the merge key offers and the mapping does not have; earlier mappings win over later ones."""
        mark = keys.pop(MERGE)
        offered, node = container.pop(MERGE), members.pop(MERGE)
        mappings, nodes = (offered, node[1]) if isinstance(offered, list) else ([offered], [node])
        if not all(isinstance(mapping, dict) for mapping in mappings):
            self.problem(mark, "the merge key << takes a mapping, or a list of mappings")
            return
        for mapping, (_, its_members, its_keys) in zip(mappings, nodes, strict=True):
            for name, value in mapping.items():
                if name not in container:
                    container[name] = value
                    members[name] = its_members[name]
                    keys[name] = its_keys[name]


def _parser(text: str) -> Any:
    """The C parser where PyYAML was built with it, else the Python one; both give the same events."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return _PythonParser(text)
    return CParser(text)


class _PythonParser(Reader, Scanner, Parser):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


def _copy(value: Any) -> Any:
    """A copy that shares no container with `value`, made without recursion."""
    if not isinstance(value, (dict, list)):
        return value
    whole: Any = value.copy()
    waiting = [whole]
    while waiting:
        container = waiting.pop()
        for step, item in container.items() if isinstance(container, dict) else enumerate(container):
            if isinstance(item, (dict, list)):
                container[step] = item.copy()
                waiting.append(container[step])
    return whole


FIXES = {
    "mapping values are not allowed": "a text that holds ': ' needs quotes",
    "did not find expected key": "check the indentation here and above, and quotes inside text",
    "could not find expected ':'": "write `key: value`; a text over several lines needs | or quotes",
    "found character that cannot start any token": "put quotes around text that starts with @, ` or %",
    "did not find expected '-' indicator": "check the indentation of this list",
}


def _explain(text: str, file: str, error: Any) -> tuple[Place, str]:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Place(file), f"this is not YAML: {error.problem or error.context or error}"
    place = Place(file, mark.line + 1, mark.column + 1)
    lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    line = lines[mark.line] if mark.line < len(lines) else ""
    if re.match(" *\t", line):
        return Place(file, mark.line + 1, line.index("\t") + 1), "a tab in the indentation; YAML takes spaces only"
    problem = error.problem or error.context or "it cannot be read"
    if "nesting depth" in problem:
        return place, "the template is nested too deeply"
    for known, fix in FIXES.items():
        if known in problem:
            problem = f"{problem} ({fix})"
            break
    return place, f"this is not YAML: {problem}"
