"""What a recorded resource answers for the types nobody emulates."""

from __future__ import annotations

import pytest

pytest.importorskip("ministack")

from awsdeck.catalog import find, type_names
from awsdeck.local.recorded import Recorded


def test_every_type_of_the_catalog_can_be_recorded() -> None:
    for name in type_names():
        kind = Recorded(name)
        physical_id, attributes = kind.create("Thing", {}, "shop")
        assert physical_id, name
        known = find(name)
        assert known is not None
        assert set(attributes) == set(known.attributes), name
        assert all(isinstance(value, str) for value in attributes.values()), name


def test_ref_is_the_name_that_was_given() -> None:
    physical_id, _ = Recorded("AWS::DAX::Cluster").create("Cache", {"ClusterName": "orders"}, "shop")
    assert physical_id == "orders"


def test_ref_is_an_arn_where_cloudformation_says_so() -> None:
    physical_id, attributes = Recorded("AWS::XRay::Group").create("Traces", {"GroupName": "orders"}, "shop")
    assert physical_id.startswith("arn:aws:xray:")
    assert attributes["GroupARN"] == physical_id


def test_an_attribute_that_is_a_property_keeps_what_was_given() -> None:
    _, attributes = Recorded("AWS::EC2::CapacityReservation").create("Held", {"InstanceType": "c5.large"}, "shop")
    assert attributes["InstanceType"] == "c5.large"


def test_a_changed_name_replaces_and_a_changed_size_does_not() -> None:
    in_place = Recorded("AWS::DAX::Cluster").in_place
    assert "ReplicationFactor" in in_place
    assert "ClusterName" not in in_place
