"""Whether a handler is where its name says, as far as the code tells without being run."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Collection, Iterable

NODE_FILES = (".js", ".mjs", ".cjs")


class Wrong:
    """What is wrong with a handler, in one sentence, and what to write instead."""

    __slots__ = ("message", "fix")

    def __init__(self, message: str, fix: str | None = None) -> None:
        self.message = message
        self.fix = fix


def missing(
    handler: str, family: str, names: Collection[str], read: Callable[[str], str | None], *, complete: bool
) -> Wrong | None:
    """What is wrong with a handler such as `app.handle`; None when it is there, or when that cannot be told.

    `names` are the files, `read` gives the text of one (None for a file of somebody else); `complete` says that no
    layer can bring further files.
    """
    if family == "python":
        return _python(handler, names, read, complete)
    if family == "nodejs":
        return _node(handler, names, read, complete)
    return None


def _python(handler: str, names: Collection[str], read: Callable[[str], str | None], complete: bool) -> Wrong | None:
    module, dot, function = handler.rpartition(".")
    if not dot or not module or not function.isidentifier():
        return Wrong(f"the handler {handler!r} is no FILE.FUNCTION", "such as app.handle for handle in app.py")
    path = module.replace(".", "/")
    file = next((name for name in (f"{path}/__init__.py", f"{path}.py") if name in names), None)
    if file is None:
        modules = [
            name[:-3].removesuffix("/__init__").replace("/", ".")
            for name in names
            if name.endswith(".py") and read(name)
        ]
        if not complete or any(name.startswith(f"{path}.") and name.endswith(".so") for name in names):
            return None
        return Wrong(f"the handler {handler} needs a file {path}.py", _meant(module, modules, f".{function}"))
    text = read(file)
    if text is None:
        return None
    import ast

    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        where = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        what = error.msg if isinstance(error, SyntaxError) else str(error)
        return Wrong(f"{file}{where} is not Python: {what}")
    found: dict[str, ast.AST | None] = {}
    _names(tree.body, found)
    if function not in found:
        if "*" in found or "__getattr__" in found:
            return None
        functions = [name for name, node in found.items() if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        return Wrong(f"{file} has no function {function}", _meant(function, functions, before=f"{module}."))
    return _callable(file, found[function])


def _names(body: Iterable[ast.stmt], found: dict[str, ast.AST | None]) -> None:
    """What the statements of a module give names to; `*` for names that only the running program knows."""
    import ast

    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                found[(alias.asname or alias.name).partition(".")[0]] = None
        else:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    found[inner.id] = None
                elif (
                    isinstance(inner, ast.Call)
                    and isinstance(inner.func, ast.Name)
                    and inner.func.id in ("exec", "globals")
                ):
                    found["*"] = None
            for part in ("body", "orelse", "finalbody"):
                _names(getattr(node, part, ()), found)
            for part in ("handlers", "cases"):
                for branch in getattr(node, part, ()):
                    _names(branch.body, found)


def _callable(file: str, node: ast.AST | None) -> Wrong | None:
    import ast

    if isinstance(node, ast.AsyncFunctionDef):
        return Wrong(
            f"{file}:{node.lineno}: {node.name} is async, and Lambda does not wait for it",
            "make it a plain function that calls asyncio.run(…)",
        )
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return None
    given = node.args
    places = len(given.posonlyargs) + len(given.args)
    needed = places - len(given.defaults)
    named_only = [arg.arg for arg, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is None]
    if needed > 2 or named_only or (places < 2 and given.vararg is None):
        return Wrong(
            f"{file}:{node.lineno}: Lambda calls {node.name} with two arguments, the event and the context",
            f"def {node.name}(event, context):",
        )
    return None


def _node(handler: str, names: Collection[str], read: Callable[[str], str | None], complete: bool) -> Wrong | None:
    path, dot, function = handler.rpartition(".")
    if not dot or not path:
        return Wrong(f"the handler {handler!r} is no FILE.FUNCTION", "such as index.handler for handler in index.mjs")
    file = next((f"{path}{end}" for end in NODE_FILES if f"{path}{end}" in names), None)
    if file is None:
        stems = [name.rpartition(".")[0] for name in names if name.endswith(NODE_FILES) and "node_modules/" not in name]
        if not complete:
            return None
        return Wrong(f"the handler {handler} needs a file {path}.mjs or {path}.js", _meant(path, stems, f".{function}"))
    text = read(file) or ""
    if re.search(rf"\b{re.escape(function)}\b|\bexport\s*\*|\bmodule\.exports\s*=", text):
        return None
    exported = re.findall(r"\bexports\.(\w+)|\bexport\s+(?:async\s+)?(?:const|let|var|function)\s+(\w+)", text)
    return Wrong(
        f"{file} exports no {function}",
        _meant(function, [one or other for one, other in exported], before=f"{path}."),
    )


def _meant(name: str, known: Collection[str], after: str = "", *, before: str = "") -> str | None:
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1)
    if close:
        return f"did you mean {before}{close[0]}{after}?"
    listed = ", ".join(f"{before}{one}{after}" for one in sorted(known)[:8])
    return f"there is {listed}" if listed else None
