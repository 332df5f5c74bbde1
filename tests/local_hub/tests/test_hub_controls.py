# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls: which there are, and whether they are enabled in a standard."""

from __future__ import annotations

from typing import Any

import pytest

from local_hub.control import DEFAULT_REGION, Hub, HubError
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of, message_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

FOUNDATIONAL = "aws-foundational-security-best-practices/v/1.0.0"
CIS_14 = "cis-aws-foundations-benchmark/v/1.4.0"
PCI = "pci-dss/v/4.0.1"
NIST = "nist-800-53/v/5.0.0"
ENABLED = [FOUNDATIONAL, CIS_14, PCI]


def arn_of(name: str, region: str = DEFAULT_REGION) -> str:
    """The ARN of a standard in the partition aws."""
    return f"arn:aws:securityhub:{region}::standards/{name}"


def seed_standards(hub: Hub, *standards: Any, **fields: Any) -> None:
    """Enable Security Hub in the administrator's account, with these standards."""
    row = {"account_id": ADMINISTRATOR, "region": DEFAULT_REGION, "standards": list(standards), **fields}
    hub.seed(hubs=[row])


@pytest.fixture(autouse=True)
def standards(hub: Hub) -> None:
    """Three standards, all controls enabled."""
    seed_standards(hub, *ENABLED)


def definitions(client: Client, region: str = DEFAULT_REGION, **parameters: Any) -> dict[str, dict[str, Any]]:
    """All definitions by id."""
    pages = client(region_name=region).get_paginator("list_security_control_definitions").paginate(**parameters)
    return {row["SecurityControlId"]: row for page in pages for row in page["SecurityControlDefinitions"]}


def pairs(control_id: str, *names: str) -> list[dict[str, str]]:
    """The parameter of BatchGetStandardsControlAssociations."""
    return [{"SecurityControlId": control_id, "StandardsArn": arn_of(name)} for name in names]


def get(client: Client, asked: list[dict[str, str]]) -> tuple[list[str], list[str]]:
    """The states of associations, and the codes of those that are unprocessed."""
    answer = client().batch_get_standards_control_associations(StandardsControlAssociationIds=asked)
    states = [row["AssociationStatus"] for row in answer["StandardsControlAssociationDetails"]]
    return states, [row["ErrorCode"] for row in answer["UnprocessedAssociations"]]


def update(client: Client, asked: list[dict[str, str]], status: str = "DISABLED", **fields: str) -> list[str]:
    """Change associations; the codes of those that are unprocessed."""
    rows = [{**row, "AssociationStatus": status, **fields} for row in asked]
    answer = client().batch_update_standards_control_associations(StandardsControlAssociationUpdates=rows)
    return [row["ErrorCode"] for row in answer["UnprocessedAssociationUpdates"]]


class TestDefinitions:
    """ListSecurityControlDefinitions and GetSecurityControlDefinition."""

    def test_all_and_those_of_a_standard(self, client: Client) -> None:
        everything, foundational = definitions(client), definitions(client, StandardsArn=arn_of(FOUNDATIONAL))
        assert len(everything) >= 60
        assert set(foundational) < set(everything)
        assert {"IAM.6", "Config.1", "S3.1", "EC2.2", "ACM.1", "CloudTrail.1"} <= set(foundational)
        only_in_nist = set(definitions(client, StandardsArn=arn_of(NIST))) - set(foundational)
        assert "CloudWatch.16" in only_in_nist

    def test_rows_hold_what_the_model_has(self, client: Client) -> None:
        row = definitions(client)["ACM.1"]
        assert set(row) == set(client().meta.service_model.shape_for("SecurityControlDefinition").members)
        assert (row["SeverityRating"], row["CurrentRegionAvailability"]) == ("MEDIUM", "AVAILABLE")
        limits = {"DefaultValue": 30, "Min": 14, "Max": 365}
        assert row["ParameterDefinitions"]["daysToExpiration"]["ConfigurationOptions"] == {"Integer": limits}
        assert client().get_security_control_definition(SecurityControlId="ACM.1")["SecurityControlDefinition"] == row

    def test_there_are_parameters_of_every_type(self, client: Client) -> None:
        kinds = {
            kind
            for row in definitions(client).values()
            for definition in row["ParameterDefinitions"].values()
            for kind in definition["ConfigurationOptions"]
        }
        assert kinds == set(client().meta.service_model.shape_for("ConfigurationOptions").members)

    def test_pages_of_25_unless_asked_otherwise(self, client: Client) -> None:
        assert len(client().list_security_control_definitions()["SecurityControlDefinitions"]) == 25
        assert len(client().list_security_control_definitions(MaxResults=40)["SecurityControlDefinitions"]) == 40
        assert definitions(client, Providers=["Azure"]) == {}

    def test_a_region_lacks_some(self, hub: Hub, client: Client) -> None:
        hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": "us-east-1"}])
        hub.seed(unavailable_controls=[{"region": "us-east-1", "controls": ["ACM.2"]}])

        def lacking(region: str) -> set[str]:
            rows = definitions(client, region).items()
            return {control_id for control_id, row in rows if row["CurrentRegionAvailability"] == "UNAVAILABLE"}

        assert lacking(DEFAULT_REGION) == {"CloudFront.1", "WAF.1"}
        assert lacking("us-east-1") == {"ACM.2"}

    def test_what_is_not_there(self, client: Client) -> None:
        refused = ("InvalidInputException", 400)
        assert error_of(client().list_security_control_definitions, StandardsArn="cis") == refused
        foreign = arn_of(FOUNDATIONAL, "us-east-1")
        assert error_of(client().list_security_control_definitions, StandardsArn=foreign) == refused
        unknown = error_of(client().get_security_control_definition, SecurityControlId="IAM.999")
        assert unknown == ("ResourceNotFoundException", 404)
        assert error_of(client(MEMBER).list_security_control_definitions)[0] == "InvalidAccessException"


class TestAssociations:
    """Reading and changing the state of controls in standards."""

    def test_disable_and_enable(self, hub: Hub, client: Client) -> None:
        asked = pairs("IAM.6", *ENABLED)
        assert get(client, asked) == (["ENABLED"] * 3, [])
        assert update(client, asked[:2], UpdatedReason="Hardware keys, not here!") == []
        assert get(client, asked) == (["DISABLED", "DISABLED", "ENABLED"], [])
        shown = hub.state()["hubs"][ADMINISTRATOR][DEFAULT_REGION]["disabled_controls"]
        reasons = {"IAM.6": "Hardware keys, not here!"}
        assert shown == {arn_of(FOUNDATIONAL): reasons, arn_of(CIS_14): reasons, arn_of(PCI): {}}
        assert update(client, asked, status="ENABLED") == []
        assert get(client, asked) == (["ENABLED"] * 3, [])

    def test_details_hold_what_the_model_has(self, client: Client) -> None:
        asked = pairs("IAM.6", CIS_14)
        update(client, asked, UpdatedReason="why")
        answer = client().batch_get_standards_control_associations(StandardsControlAssociationIds=asked)
        (row,) = answer["StandardsControlAssociationDetails"]
        assert set(row) == set(client().meta.service_model.shape_for("StandardsControlAssociationDetail").members)
        place = f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}"
        assert row["SecurityControlArn"] == f"{place}:security-control/IAM.6"
        assert row["StandardsControlArns"] == [f"{place}:control/{CIS_14}/1.6"]
        assert (row["RelatedRequirements"], row["UpdatedReason"]) == (["1.6"], "why")

    def test_an_arn_is_as_good_as_an_id(self, client: Client) -> None:
        arn = f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}:security-control/IAM.6"
        assert get(client, pairs(arn, PCI)) == (["ENABLED"], [])

    @pytest.mark.parametrize(
        ("control_id", "name"),
        [("IAM.999", PCI), ("IAM.6", NIST), ("IAM.1", PCI), ("CloudFront.1", PCI)],
        ids=["unknown", "standard that is off", "not in the standard", "not in the Region"],
    )
    def test_what_is_not_there_is_a_row(self, client: Client, control_id: str, name: str) -> None:
        asked = [*pairs("IAM.6", PCI), *pairs(control_id, name)]
        assert get(client, asked) == (["ENABLED"], ["RESOURCE_NOT_FOUND"])
        assert update(client, asked) == ["RESOURCE_NOT_FOUND"]
        assert get(client, asked) == (["DISABLED"], ["RESOURCE_NOT_FOUND"])

    def test_unavailable_control_as_invalid_input(self, hub: Hub, client: Client) -> None:
        hub.switches(unavailable_control="invalid_input")
        assert get(client, pairs("CloudFront.1", PCI)) == ([], ["INVALID_INPUT"])

    def test_list(self, client: Client) -> None:
        update(client, pairs("IAM.6", PCI))
        pages = client().get_paginator("list_standards_control_associations").paginate(SecurityControlId="IAM.6")
        rows = [row for page in pages for row in page["StandardsControlAssociationSummaries"]]
        assert {row["StandardsArn"]: row["AssociationStatus"] for row in rows} == {
            arn_of(FOUNDATIONAL): "ENABLED",
            arn_of(CIS_14): "ENABLED",
            arn_of(PCI): "DISABLED",
        }
        assert "StandardsControlTitle" in rows[0]

    @pytest.mark.parametrize("operation", [get, update])
    def test_over_100(self, hub: Hub, client: Client, operation: Any) -> None:
        many = pairs("IAM.6", PCI) * 102
        with pytest.raises(Exception, match="at most 100 items"):
            operation(client, many)
        hub.switches(over_100="per_control")
        answer = operation(client, many)
        assert answer == (
            ["LIMIT_EXCEEDED"] * 2 if operation is update else (["ENABLED"] * 100, ["LIMIT_EXCEEDED"] * 2)
        )

    @pytest.mark.parametrize("code", ["INVALID_INPUT", "ACCESS_DENIED", "NOT_FOUND", "LIMIT_EXCEEDED"])
    def test_rejected_controls(self, hub: Hub, client: Client, code: str) -> None:
        hub.fault(kind="reject_controls", controls=["IAM.6"], standards=[PCI], code=code, message="Not this.", times=1)
        asked = [*pairs("IAM.6", *ENABLED), *pairs("IAM.9", PCI)]
        assert update(client, asked) == [code]
        assert get(client, asked) == (["DISABLED", "DISABLED", "ENABLED", "DISABLED"], [])
        assert update(client, asked) == []
        assert hub.counts()["faulted"] == {"BatchUpdateStandardsControlAssociations": 1}

    def test_a_code_that_is_none_is_refused(self, hub: Hub) -> None:
        with pytest.raises(HubError, match="code can be"):
            hub.fault(kind="reject_controls", code="TEAPOT")

    def test_counts(self, hub: Hub, client: Client) -> None:
        get(client, pairs("IAM.6", *ENABLED))
        update(client, pairs("IAM.6", PCI))
        counts = hub.counts()
        assert (counts["reads"], counts["writes"]) == (1, 1)
        assert counts["max_ids"]["BatchGetStandardsControlAssociations"] == 3

    def test_slow_visibility(self, hub: Hub, client: Client) -> None:
        hub.fault(kind="slow_visibility", seconds=600)
        update(client, pairs("IAM.6", PCI))
        assert get(client, pairs("IAM.6", PCI)) == (["ENABLED"], [])
        hub.clear_faults()
        assert get(client, pairs("IAM.6", PCI)) == (["DISABLED"], [])


class TestNewStandards:
    """The controls of standards that have just been enabled."""

    @staticmethod
    def enable(client: Client) -> None:
        client().batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": arn_of(NIST)}])

    @pytest.mark.parametrize(("position", "state"), [("auto_enable_controls", "DISABLED"), ("enabled", "ENABLED")])
    def test_their_state_without_auto_enable(self, hub: Hub, client: Client, position: str, state: str) -> None:
        hub.switches(controls_of_new_standards=position)
        client().update_security_hub_configuration(AutoEnableControls=False)
        self.enable(client)
        assert get(client, pairs("IAM.6", NIST, PCI)) == ([state, "ENABLED"], [])

    def test_they_begin_enabled_again(self, client: Client) -> None:
        self.enable(client)
        update(client, pairs("IAM.6", NIST))
        arn = f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}:subscription/{NIST}"
        client().batch_disable_standards(StandardsSubscriptionArns=[arn])
        assert get(client, pairs("IAM.6", NIST)) == ([], ["RESOURCE_NOT_FOUND"])
        self.enable(client)
        assert get(client, pairs("IAM.6", NIST)) == (["ENABLED"], [])

    @pytest.mark.parametrize(("kind", "status"), [("slow_standards", "PENDING"), ("slow_controls", "READY")])
    def test_not_ready_for_updates(self, hub: Hub, client: Client, kind: str, status: str) -> None:
        hub.fault(kind=kind, seconds=600)
        self.enable(client)
        rows = client().get_enabled_standards()["StandardsSubscriptions"]
        shown = {row["StandardsArn"]: (row["StandardsStatus"], row["StandardsControlsUpdatable"]) for row in rows}
        assert shown[arn_of(NIST)] == (status, "NOT_READY_FOR_UPDATES")
        assert shown[arn_of(PCI)] == ("READY", "READY_FOR_UPDATES")
        assert get(client, pairs("IAM.6", NIST, PCI)) == (["ENABLED"], ["RESOURCE_NOT_FOUND"])
        assert update(client, pairs("IAM.6", NIST, PCI)) == ["RESOURCE_NOT_FOUND"]
        listed = client().list_standards_control_associations(SecurityControlId="IAM.6")
        assert arn_of(NIST) not in [row["StandardsArn"] for row in listed["StandardsControlAssociationSummaries"]]


class TestSeeds:
    """States that have always been so."""

    def test_disabled_controls(self, hub: Hub, client: Client) -> None:
        row = {"standards": PCI, "disabled_controls": {"IAM.6": "No keys here."}}
        seed_standards(hub, row, {"standards": NIST, "disabled_controls": ["IAM.9"], "controls_updatable": False})
        assert get(client, [*pairs("IAM.6", PCI, NIST), *pairs("IAM.9", PCI)]) == (
            ["DISABLED", "ENABLED"],
            ["RESOURCE_NOT_FOUND"],
        )
        shown = hub.state()["hubs"][ADMINISTRATOR][DEFAULT_REGION]["disabled_controls"]
        assert shown == {arn_of(PCI): {"IAM.6": "No keys here."}, arn_of(NIST): {"IAM.9": None}}

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"standards": [{"standards": PCI, "disabled_controls": ["IAM.999"]}]}, "no control IAM.999"),
            ({"control_parameters": {"IAM.999": {}}}, "no control IAM.999"),
            ({"control_parameters": {"ACM.1": {"days": {"Integer": 15}}}}, "only daysToExpiration"),
            ({"control_parameters": {"ACM.1": {"daysToExpiration": {"Integer": 1}}}}, "less than 14"),
            ({"control_parameters": ["ACM.1"]}, "is an object"),
        ],
    )
    def test_bad_seeds(self, hub: Hub, fields: dict[str, Any], words: str) -> None:
        with pytest.raises(HubError, match=words):
            hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": DEFAULT_REGION, **fields}])


class TestOldWay:
    """DescribeStandardsControls and UpdateStandardsControl."""

    def test_one_control_a_call(self, client: Client) -> None:
        place = f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}"
        old, arn = client(), f"{place}:control/{CIS_14}/1.6"
        refused = error_of(old.update_standards_control, StandardsControlArn=arn, ControlStatus="DISABLED")
        assert refused == ("InvalidInputException", 400)
        old.update_standards_control(StandardsControlArn=arn, ControlStatus="DISABLED", DisabledReason="why")
        assert get(client, pairs("IAM.6", CIS_14, PCI)) == (["DISABLED", "ENABLED"], [])
        subscription = f"{place}:subscription/{CIS_14}"
        paginator = old.get_paginator("describe_standards_controls")
        pages = paginator.paginate(StandardsSubscriptionArn=subscription)
        rows = {row["ControlId"]: row for page in pages for row in page["Controls"]}
        assert (rows["1.6"]["ControlStatus"], rows["1.6"]["DisabledReason"]) == ("DISABLED", "why")
        assert set(rows["1.6"]) == set(old.meta.service_model.shape_for("StandardsControl").members)
        unknown = f"{place}:control/{PCI}/IAM.999"
        assert error_of(old.update_standards_control, StandardsControlArn=unknown)[0] == "ResourceNotFoundException"
        other = subscription.replace(CIS_14, NIST)
        assert error_of(old.describe_standards_controls, StandardsSubscriptionArn=other)[1] == 404


class TestPermissions:
    """Operations that need several actions, and accounts that a configuration policy governs."""

    @pytest.mark.parametrize(
        ("operation", "also", "parameters"),
        [
            ("BatchGetSecurityControls", "DescribeStandardsControls", {"SecurityControlIds": ["ACM.1"]}),
            (
                "BatchGetStandardsControlAssociations",
                "DescribeStandardsControls",
                {"StandardsControlAssociationIds": pairs("IAM.6", PCI)},
            ),
            ("ListStandardsControlAssociations", "DescribeStandardsControls", {"SecurityControlId": "IAM.6"}),
            (
                "BatchUpdateStandardsControlAssociations",
                "UpdateStandardsControl",
                {"StandardsControlAssociationUpdates": [{**pairs("IAM.6", PCI)[0], "AssociationStatus": "DISABLED"}]},
            ),
            (
                "UpdateSecurityControl",
                "UpdateStandardsControl",
                {"SecurityControlId": "ACM.1", "Parameters": {"daysToExpiration": {"ValueType": "DEFAULT"}}},
            ),
        ],
    )
    def test_two_actions(self, hub: Hub, client: Client, operation: str, also: str, parameters: dict[str, Any]) -> None:
        names = client().meta.method_to_api_mapping.items()
        call = getattr(client(), next(method for method, name in names if name == operation))
        for allowed, missing in ((operation, also), (also, operation)):
            hub.seed(policies=[{"account_id": ADMINISTRATOR, "allowed_actions": [f"securityhub:{allowed}"]}])
            assert f"not authorized to perform: securityhub:{missing}" in message_of(call, **parameters)
        both = [f"securityhub:{name}" for name in (operation, also)]
        hub.seed(policies=[{"account_id": ADMINISTRATOR, "allowed_actions": both}])
        assert call(**parameters)

    def test_enabling_with_tags(self, hub: Hub, client: Client) -> None:
        actions = ["securityhub:EnableSecurityHub", "iam:CreateServiceLinkedRole"]
        hub.seed(policies=[{"account_id": MEMBER, "allowed_actions": actions}])
        assert "securityhub:TagResource" in message_of(client(MEMBER).enable_security_hub, Tags={"team": "a"})
        client(MEMBER).enable_security_hub()

    @pytest.mark.parametrize(
        ("position", "words"),
        [
            ("managed", "is managed by a configuration policy"),
            ("not_authorized", "is not authorized to perform action on resource"),
        ],
    )
    def test_managed_accounts_can_only_read(self, hub: Hub, client: Client, position: str, words: str) -> None:
        hub.seed(policy_managed_accounts=[ADMINISTRATOR])
        hub.switches(managed_wording=position)
        asked, place = pairs("IAM.6", PCI), f"arn:aws:securityhub:{DEFAULT_REGION}:{ADMINISTRATOR}"
        updates = [{**asked[0], "AssociationStatus": "DISABLED"}]
        parameters = {"daysToExpiration": {"ValueType": "DEFAULT"}}
        managed = client()
        for call in (
            lambda: managed.batch_update_standards_control_associations(StandardsControlAssociationUpdates=updates),
            lambda: managed.update_security_control(SecurityControlId="ACM.1", Parameters=parameters),
            lambda: managed.update_standards_control(StandardsControlArn=f"{place}:control/{PCI}/IAM.6"),
            lambda: managed.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": arn_of(NIST)}]),
            lambda: managed.batch_disable_standards(StandardsSubscriptionArns=[f"{place}:subscription/{PCI}"]),
        ):
            assert words in message_of(call)
            assert error_of(call) == ("AccessDeniedException", 403)
        assert get(client, asked) == (["ENABLED"], [])
