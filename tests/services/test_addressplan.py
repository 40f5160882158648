"""Address planning: what was planned once stays, nothing overlaps, and a full VPC is told."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsdeck import ConstructError
from awsdeck.services.vpc.addressplan import Request, default_mask, plan

BLOCK = IPv4Network("10.0.0.0/16")
MASKS = st.lists(st.integers(20, 28), min_size=1, max_size=8)
ZONES = st.integers(1, 8)
ROOMS = st.sampled_from([1, 2, 4, 8])


def planned(masks: list[int], zones: int, room: int = 4, block: IPv4Network = BLOCK) -> list[list[str]] | None:
    """The blocks of groups with these masks; None when the VPC has no room for them."""
    requests = [Request(f"g{number}", mask, zones) for number, mask in enumerate(masks)]
    try:
        return plan("shop/Vpc", block, requests, room)
    except ConstructError:
        return None


@given(MASKS, ZONES, ROOMS)
def test_planned_subnets_have_their_size_lie_in_the_vpc_and_never_overlap(
    masks: list[int], zones: int, room: int
) -> None:
    found = planned(masks, zones, room)
    if found is None:
        return
    blocks = [IPv4Network(text) for group in found for text in group]
    assert [len(group) for group in found] == [zones] * len(masks)
    assert [IPv4Network(group[0]).prefixlen for group in found] == masks
    assert all(one.subnet_of(BLOCK) for one in blocks)
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))


@given(MASKS, st.integers(20, 28), ZONES, ROOMS)
def test_a_later_group_moves_no_earlier_one(masks: list[int], added: int, zones: int, room: int) -> None:
    before, after = planned(masks, zones, room), planned([*masks, added], zones, room)
    if after is not None:
        assert before == after[:-1]


@given(MASKS, st.integers(1, 7), ROOMS)
def test_a_later_zone_moves_no_earlier_one(masks: list[int], zones: int, room: int) -> None:
    before, after = planned(masks, zones, room), planned(masks, zones + 1, room)
    if after is not None:
        assert before == [group[:-1] for group in after]


@given(st.integers(16, 24), ZONES)
def test_two_groups_of_the_usual_size_always_have_room(prefix: int, zones: int) -> None:
    block = IPv4Network((int(BLOCK.network_address), prefix))
    found = planned([default_mask(block)] * 2, zones, block=block)
    assert found is not None
    assert len({text for group in found for text in group}) == 2 * zones


def test_the_plan_is_the_one_that_templates_have_been_deployed_with() -> None:
    assert planned([24, 20], 5) == [
        ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24", "10.0.252.0/24"],
        ["10.0.64.0/20", "10.0.80.0/20", "10.0.96.0/20", "10.0.112.0/20", "10.0.128.0/20"],
    ]


def test_a_full_vpc_says_what_would_make_room() -> None:
    with pytest.raises(ConstructError) as caught:
        plan("shop/Vpc", IPv4Network("10.0.0.0/24"), [Request(f"g{n}", 26, 2) for n in range(2)])
    said = str(caught.value)
    assert "shop/Vpc: 10.0.0.0/24 has no room for the group 'g1', 4 zones of /26 (256 addresses)" in said
    assert "a larger block for the VPC, up to /16" in said
    assert "zone_room=2" in said


def test_the_two_ends_of_a_full_vpc_do_not_run_into_each_other_silently() -> None:
    with pytest.raises(ConstructError, match="overlaps"):
        plan("shop/Vpc", IPv4Network("10.0.0.0/24"), [Request("a", 28, 4), Request("b", 28, 8), Request("c", 28, 8)])


def test_more_zones_than_there_can_be_room_for_are_refused() -> None:
    with pytest.raises(ConstructError, match="3 zones, and there is room for 2"):
        plan("shop/Vpc", BLOCK, [Request("a", 24, 3)], room=1)


@pytest.mark.parametrize(
    ("cidrs", "said"),
    [
        (["10.1.0.0/24"], "10.1.0.0/24 of the group 'b' is outside 10.0.0.0/16"),
        (["10.0.0.0/25"], "10.0.0.0/25 of the group 'b' overlaps 10.0.0.0/24 of 'a'"),
        (["10.0.9.1/24"], "'10.0.9.1/24' is not a whole block of addresses"),
        (["10.0.9.0/29"], "10.0.9.0/29 has 8 addresses"),
        (["10.0.9.0"], "'10.0.9.0' is no block of IPv4 addresses"),
        (["ten"], "'ten' is no block of IPv4 addresses"),
    ],
)
def test_blocks_written_by_hand_must_fit(cidrs: list[str], said: str) -> None:
    with pytest.raises(ConstructError) as caught:
        plan("shop/Vpc", BLOCK, [Request("a", 24, 1), Request("b", 24, 1, cidrs)])
    assert said in str(caught.value)
    assert "fix:" in str(caught.value)
