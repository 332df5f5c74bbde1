# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of controls: defaults, custom values of every type, and the time in which they change."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR

PCI = "pci-dss/v/4.0.1"
NIST = "nist-800-53/v/5.0.0"


@pytest.fixture(autouse=True)
def standards(hub: Hub) -> None:
    """Two standards, all controls enabled."""
    hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": DEFAULT_REGION, "standards": [PCI, NIST]}])


def control(client: Client, control_id: str) -> dict[str, Any]:
    """A control as BatchGetSecurityControls shows it."""
    (row,) = client().batch_get_security_controls(SecurityControlIds=[control_id])["SecurityControls"]
    return dict(row)


def update(client: Client, control_id: str, values: dict[str, Any], reason: str = "why") -> None:
    """Customize parameters; those with None get their default back."""
    parameters = {
        name: {"ValueType": "DEFAULT"} if value is None else {"ValueType": "CUSTOM", "Value": value}
        for name, value in values.items()
    }
    client().update_security_control(SecurityControlId=control_id, Parameters=parameters, LastUpdateReason=reason)


class TestValues:
    """Custom values and defaults."""

    @pytest.mark.parametrize(
        ("control_id", "name", "value", "default"),
        [
            ("ACM.1", "daysToExpiration", {"Integer": 15}, {"Integer": 30}),
            ("LocalHub.1", "maximumShare", {"Double": 0.25}, {"Double": 0.5}),
            ("Kinesis.3", "minimumBackupRetentionPeriod", {"String": "8760"}, {"String": "168"}),
            ("Config.1", "includeConfigServiceLinkedRoleCheck", {"Boolean": False}, {"Boolean": True}),
            ("CloudWatch.16", "minRetentionTime", {"Enum": "400"}, {"Enum": "365"}),
            ("S3.11", "eventTypes", {"EnumList": ["s3:ObjectCreated:*"]}, None),
            ("EC2.18", "authorizedTcpPorts", {"IntegerList": [443, 8443]}, {"IntegerList": [80, 443]}),
            ("SQS.2", "requiredTagKeys", {"StringList": ["owner", "cost centre"]}, None),
        ],
    )
    def test_every_type(
        self, hub: Hub, client: Client, control_id: str, name: str, value: dict[str, Any], default: Any
    ) -> None:
        as_default = {"ValueType": "DEFAULT", **({"Value": default} if default else {})}
        assert control(client, control_id)["Parameters"][name] == as_default
        update(client, control_id, {name: value})
        assert control(client, control_id)["Parameters"][name] == {"ValueType": "CUSTOM", "Value": value}
        shown = hub.state()["hubs"][ADMINISTRATOR][DEFAULT_REGION]["control_parameters"]
        assert shown == {control_id: {name: value}}
        update(client, control_id, {name: None})
        assert control(client, control_id)["Parameters"][name] == as_default
        assert hub.state()["hubs"][ADMINISTRATOR][DEFAULT_REGION]["control_parameters"] == {}

    def test_parameters_that_are_not_named_stay(self, client: Client) -> None:
        update(client, "IAM.7", {"MinimumPasswordLength": {"Integer": 20}, "RequireSymbols": {"Boolean": False}})
        update(client, "IAM.7", {"MinimumPasswordLength": {"Integer": 24}}, "Second-try")
        row = control(client, "IAM.7")
        custom = {name: each["Value"] for name, each in row["Parameters"].items() if each["ValueType"] == "CUSTOM"}
        assert custom == {"MinimumPasswordLength": {"Integer": 24}, "RequireSymbols": {"Boolean": False}}
        assert (len(row["Parameters"]), row["LastUpdateReason"]) == (7, "Second-try")

    @pytest.mark.parametrize(
        ("control_id", "values", "words"),
        [
            ("ACM.1", {"daysToExpiration": {"Integer": 13}}, "13 is less than 14"),
            ("ACM.1", {"daysToExpiration": {"Integer": 366}}, "366 is more than 365"),
            ("ACM.1", {"daysToExpiration": {"String": "30"}}, "the type Integer"),
            ("ACM.1", {"days": {"Integer": 30}}, "no parameter days"),
            ("ACM.1", {}, "no parameter"),
            ("IAM.6", {"days": {"Integer": 30}}, "no parameter days"),
            ("LocalHub.1", {"maximumShare": {"Double": 1.5}}, "more than 1.0"),
            ("Kinesis.3", {"minimumBackupRetentionPeriod": {"String": "23"}}, "does not match"),
            ("CloudWatch.16", {"minRetentionTime": {"Enum": "366"}}, "is not one of 365, 400"),
            ("S3.11", {"eventTypes": {"EnumList": ["s3:Rain"]}}, "is not one of"),
            ("EC2.18", {"authorizedTcpPorts": {"IntegerList": [65536]}}, "more than 65535"),
            ("EC2.18", {"authorizedTcpPorts": {"IntegerList": []}}, "the list is empty"),
            ("SQS.2", {"requiredTagKeys": {"StringList": list("abcdefg")}}, "at most 6"),
            ("CloudFront.1", {"days": {"Integer": 1}}, "not available in eu-west-1"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, client: Client, control_id: str, values: dict[str, Any], words: str
    ) -> None:
        before = control(client, control_id)
        assert words in message_of(update, client=client, control_id=control_id, values=values)
        assert error_of(update, client=client, control_id=control_id, values=values) == ("InvalidInputException", 400)
        assert control(client, control_id) == before

    def test_custom_without_a_value(self, client: Client) -> None:
        parameters = {"daysToExpiration": {"ValueType": "CUSTOM"}}
        call = client().update_security_control
        assert "Integer" in message_of(call, SecurityControlId="ACM.1", Parameters=parameters)

    @pytest.mark.parametrize("reason", ["no dots.", "no/slash", "(no brackets)"])
    def test_characters_of_the_reason(self, client: Client, reason: str) -> None:
        values = {"daysToExpiration": {"Integer": 15}}
        refused = error_of(update, client=client, control_id="ACM.1", values=values, reason=reason)
        assert refused == ("InvalidInputException", 400)
        update(client, "ACM.1", values, "Ticket_12 für uns-alle")

    def test_unknown_controls(self, client: Client) -> None:
        fields = {"client": client, "control_id": "ACM.999", "values": {"daysToExpiration": {"Integer": 15}}}
        assert error_of(update, **fields) == ("ResourceNotFoundException", 404)
        answer = client().batch_get_security_controls(SecurityControlIds=["ACM.1", "ACM.999"])
        assert [row["SecurityControlId"] for row in answer["SecurityControls"]] == ["ACM.1"]
        assert [row["ErrorCode"] for row in answer["UnprocessedIds"]] == ["RESOURCE_NOT_FOUND"]

    def test_a_seed(self, hub: Hub, client: Client) -> None:
        parameters = {"ACM.1": {"daysToExpiration": {"Integer": 90}}}
        row = {"account_id": ADMINISTRATOR, "region": DEFAULT_REGION, "control_parameters": parameters}
        hub.seed(hubs=[row])
        shown = control(client, "ACM.1")
        assert shown["Parameters"]["daysToExpiration"] == {"ValueType": "CUSTOM", "Value": {"Integer": 90}}
        assert len(client().get_enabled_standards()["StandardsSubscriptions"]) == 2


class TestStates:
    """SecurityControlStatus and UpdateStatus."""

    def test_enabled_in_any_standard(self, client: Client) -> None:
        for name, state in ((PCI, "ENABLED"), (NIST, "DISABLED")):
            arn = f"arn:aws:securityhub:{DEFAULT_REGION}::standards/{name}"
            row = {"StandardsArn": arn, "SecurityControlId": "IAM.6", "AssociationStatus": "DISABLED"}
            client().batch_update_standards_control_associations(StandardsControlAssociationUpdates=[row])
            assert control(client, "IAM.6")["SecurityControlStatus"] == state

    def test_rows_hold_what_the_model_has(self, client: Client) -> None:
        update(client, "ACM.1", {"daysToExpiration": {"Integer": 15}})
        shape = client().meta.service_model.shape_for("SecurityControl")
        assert set(control(client, "ACM.1")) == set(shape.members)

    def test_updating(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="slow_parameters", seconds=600)
        update(client, "ACM.1", {"daysToExpiration": {"Integer": 15}})
        shown = control(client, "ACM.1")
        assert (shown["UpdateStatus"], shown["Parameters"]["daysToExpiration"]["Value"]) == (
            "UPDATING",
            {"Integer": 15},
        )
        again = {"client": client, "control_id": "ACM.1", "values": {"daysToExpiration": {"Integer": 16}}}
        assert error_of(update, **again) == ("ResourceInUseException", 400)
        assert control(client, "IAM.7")["UpdateStatus"] == "READY"

    def test_at_once_without_the_fault(self, client: Client) -> None:
        update(client, "ACM.1", {"daysToExpiration": {"Integer": 15}})
        assert control(client, "ACM.1")["UpdateStatus"] == "READY"

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("ACCESS_DENIED", ("AccessDeniedException", 403)),
            ("LIMIT_EXCEEDED", ("LimitExceededException", 429)),
            ("RESOURCE_NOT_FOUND", ("ResourceNotFoundException", 404)),
        ],
    )
    def test_a_rejected_update(self, hub: Hub, client: Client, code: str, expected: tuple[str, int]) -> None:
        hub.fault(kind="reject_controls", operation="UpdateSecurityControl", controls=["ACM.1"], code=code)
        fields = {"client": client, "control_id": "ACM.1", "values": {"daysToExpiration": {"Integer": 15}}}
        assert error_of(update, **fields) == expected
        update(client, "IAM.7", {"MinimumPasswordLength": {"Integer": 20}})

    def test_over_100(self, hub: Hub, client: Client) -> None:
        call = client().batch_get_security_controls
        assert error_of(call, SecurityControlIds=["ACM.1"] * 101) == ("InvalidInputException", 400)
        hub.switches(over_100="per_control")
        assert [row["ErrorCode"] for row in call(SecurityControlIds=["ACM.1"] * 101)["UnprocessedIds"]] == [
            "LIMIT_EXCEEDED"
        ]
