"""Mistakes that show while one types: elements."""

from awsdeck import (
    AWS,
    App,
    CustomType,
    Listener,
    Mapping,
    Output,
    Resource,
    Route53Record,
    Stack,
    StackSet,
    attribute,
)

stack = Stack(App(), "shop")
print(AWS.Area)  # wrong: Area
Mapping(stack, "E1", [])  # wrong: Mapping[str
Output(stack, "E2", "x", export=5)  # wrong: export
CustomType(stack, "E3", type=5)  # wrong: type
Resource("shop", "E4")  # wrong: Construct
attribute(5)  # wrong: str
listener: Listener = stack  # wrong: Listener
Route53Record(stack, "E6", zone=5, type="A")  # wrong: zone
StackSet(App(), "guards", regions=5)  # wrong: regions
