"""What resources were called before: `node.moved`, written down for every resource that it speaks of."""

from __future__ import annotations

from .errors import ConstructError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .assembly import Origin
    from .node import Node
    from .tree import App, Stack


def note_moves(app: App, stack: Stack, by_id: Mapping[str, Node], origins: Mapping[str, Origin]) -> None:
    """Note at every resource of a stack what it was called; raises `ConstructError` for a move that says nothing."""
    for node, was in app.moves:
        if node.stack is not stack:
            continue
        home, _, former = was.rpartition("/")
        home = home or stack.name
        own = [id for id, one in by_id.items() if any(above is node for above in one.above())]
        if not own:
            raise ConstructError(f"{node.path} has no resource that could have been {was}", place=node.source)
        base = own[0] if len(own) == 1 else _common(node, own)
        for id in own:
            before = f"{home}/{former}{id[len(base) :]}" if id.startswith(base) else None
            if before == f"{stack.name}/{id}":
                raise ConstructError(
                    f"{node.path} is said to have been {was}, which is what it is called now", place=node.source,
                    fix="write the former logical id",
                )  # fmt: skip
            if before is not None:
                origins[id].moved = (*origins[id].moved, before)


def _common(node: Node, ids: list[str]) -> str:
    """What the logical ids of a construct's resources begin with."""
    main = node.children.get("Resource")
    if main is not None and main.node.logical_id in ids:
        return main.node.logical_id
    return node.logical_id
