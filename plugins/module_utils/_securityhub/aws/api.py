# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Every operation of AWS that we call, one function each: replies to records, failures to SecurityHubError.

What is read by several calls comes at the end.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ansible_collections.amazon.aws.plugins.module_utils.arn import parse_aws_arn

from ..errors import (
    DENIED_CODES,
    NO_REASON,
    UNPROCESSED_ACCOUNTS,
    RegionResult,
    SecurityHubError,
    is_not_found_message,
    printable,
)
from ..model import (
    CREATED,
    DELETED,
    INVITED,
    NO_RECORDER,
    RECORDER_OFF,
    RECORDER_UNREADABLE,
    RECORDING,
    REMOVED,
    RESIGNED,
    AssociationUpdate,
    ConfigRecorder,
    ControlAssociation,
    ControlDefinition,
    ControlRefusal,
    FindingAggregator,
    Hub,
    Invitation,
    Member,
    MemberList,
    MemberSide,
    OfferedStandard,
    ParameterDefinition,
    ParameterUpdate,
    ParameterValue,
    SecurityControl,
    Standard,
    by_account,
    canonical_status,
)
from .calls import (
    Page,
    RegionClient,
    batches,
    lists,
    read_or_error,
    reads,
    refuse_unprocessed,
    side_by_side,
    unprocessed_accounts,
    writes,
)

# The service model's maximum of a page of standards or controls, and of a batch of standards.
PAGE_SIZE = 100
STANDARDS_BATCH_SIZE = 25
# The model has no maximum for a batch of controls; clients that were published send as many.
CONTROLS_BATCH_SIZE = 100
# Who manages the standards that BatchEnableStandards enables, by StandardsManagedBy.
_OWN_PRODUCT = "Security Hub"
# An administrator in one of these relationships administers nothing.
_NOT_ASSOCIATED = frozenset([CREATED, INVITED, REMOVED, RESIGNED, DELETED])


def _has_no_hub(error: SecurityHubError) -> bool:
    return error.hub_is_disabled or error.is_not_found


# Members, by the administrator


@reads("GetMembers")
def get_members(client: RegionClient, account_ids: Sequence[str]) -> MemberList:
    """Look at most BATCH_SIZE accounts up in the member list: UnprocessedAccounts names those that are not in it."""
    response = client.sdk.get_members(AccountIds=list(account_ids))
    found, messages = by_account(map(_member, response.get("Members", []))), unprocessed_accounts(response)
    absent = {account_id: None for account_id, message in messages.items() if is_not_found_message(message)}
    members: Dict[str, Optional[Member]] = {**absent, **found}
    unreadable = {each: messages.get(each, NO_REASON) for each in account_ids if each not in members}
    return MemberList({each: members[each] for each in account_ids if each in members}, unreadable)


@lists("ListMembers")
def list_members(client: RegionClient, **page: Any) -> Page[Member]:
    """Return the whole member list, whatever the status (OnlyAssociated would leave out all but Enabled)."""
    response = client.sdk.list_members(OnlyAssociated=False, **page)
    return [_member(entry) for entry in response.get("Members", [])], response.get("NextToken")


@reads("ListMembers")
def has_enabled_members(client: RegionClient) -> bool:
    """Whether the caller's account has associated members, by one page of its member list."""
    return bool(client.sdk.list_members(OnlyAssociated=True, MaxResults=1).get("Members"))


def _member(entry: Mapping[str, Any]) -> Member:
    return Member(
        account_id=sys.intern(entry["AccountId"]),
        member_status=canonical_status(entry.get("MemberStatus", "")),
        email=_shared(entry.get("Email")),
        administrator_id=_shared(entry.get("AdministratorId") or entry.get("MasterId")),
        invited_at=_shared(_iso(entry.get("InvitedAt"))),
        updated_at=_shared(_iso(entry.get("UpdatedAt"))),
    )


def _shared(text: Optional[str]) -> Optional[str]:
    """Return the one object for all equal texts: an account is in each Region's list, before and after."""
    return sys.intern(text) if text else None


def _iso(time: Any) -> Optional[str]:
    return time.isoformat() if time else None


@writes("CreateMembers")
def create_members(client: RegionClient, emails: Mapping[str, Optional[str]]) -> Dict[str, str]:
    """Add at most BATCH_SIZE accounts to the member list; return {account id: message} of the unprocessed ones.

    :param emails: {account id: email address or None}
    """
    details = [{"AccountId": key, "Email": email} if email else {"AccountId": key} for key, email in emails.items()]
    return unprocessed_accounts(client.sdk.create_members(AccountDetails=details))


@writes("InviteMembers")
def invite_members(client: RegionClient, account_ids: Sequence[str]) -> Dict[str, str]:
    """Invite at most BATCH_SIZE accounts; return {account id: message} of the unprocessed ones."""
    return unprocessed_accounts(client.sdk.invite_members(AccountIds=list(account_ids)))


@writes("DisassociateMembers")
def disassociate_members(client: RegionClient, account_ids: Sequence[str]) -> Dict[str, str]:
    """Disassociate at most BATCH_SIZE accounts; the service names no unprocessed ones."""
    return unprocessed_accounts(client.sdk.disassociate_members(AccountIds=list(account_ids)))


@writes("DeleteMembers")
def delete_members(client: RegionClient, account_ids: Sequence[str]) -> Dict[str, str]:
    """Delete at most BATCH_SIZE accounts from the list; return {account id: message} of the unprocessed ones."""
    return unprocessed_accounts(client.sdk.delete_members(AccountIds=list(account_ids)))


# Invitations and the administrator, by the member account


@reads("GetAdministratorAccount", none_if=attrgetter("is_not_found"))
def get_administrator(client: RegionClient) -> Optional[Invitation]:
    """Return the administrator that the caller's account is associated with, None for none."""
    administrator = client.sdk.get_administrator_account().get("Administrator") or {}
    found = _invitation(administrator) if administrator.get("AccountId") else None
    return found if found and found.member_status not in _NOT_ASSOCIATED else None


@lists("ListInvitations")
def list_invitations(client: RegionClient, **page: Any) -> Page[Invitation]:
    """Return all invitations to the caller's account, whoever sent them and whatever became of them."""
    response = client.sdk.list_invitations(**page)
    return [_invitation(entry) for entry in response.get("Invitations", [])], response.get("NextToken")


def _invitation(entry: Mapping[str, Any]) -> Invitation:
    return Invitation(
        administrator_id=entry["AccountId"],
        member_status=canonical_status(entry.get("MemberStatus", "")),
        invitation_id=entry.get("InvitationId"),
        invited_at=_iso(entry.get("InvitedAt")),
    )


@writes("AcceptAdministratorInvitation")
def accept_invitation(client: RegionClient, administrator_id: str, invitation_id: Optional[str]) -> None:
    """Become a member of the administrator whose invitation it is."""
    client.sdk.accept_administrator_invitation(AdministratorId=administrator_id, InvitationId=invitation_id)


@writes("DeclineInvitations")
def decline_invitation(client: RegionClient, administrator_id: str) -> None:
    """Decline the invitation of an administrator: AccountIds are administrators here, by the user guide."""
    refuse_unprocessed(client.sdk.decline_invitations(AccountIds=[administrator_id]))


@writes("DeleteInvitations")
def delete_invitation(client: RegionClient, administrator_id: str) -> None:
    """Delete the invitation of an administrator, on the member's side."""
    refuse_unprocessed(client.sdk.delete_invitations(AccountIds=[administrator_id]))


@writes("DisassociateFromAdministratorAccount")
def leave_administrator(client: RegionClient) -> None:
    """End the membership of the caller's account."""
    client.sdk.disassociate_from_administrator_account()


# The hub


@reads("DescribeHub", none_if=_has_no_hub)
def _describe_hub(client: RegionClient) -> Optional[Hub]:
    response = client.sdk.describe_hub()
    return Hub(
        hub_arn=response["HubArn"],
        subscribed_at=response.get("SubscribedAt"),
        auto_enable_controls=response.get("AutoEnableControls"),
        control_finding_generator=response.get("ControlFindingGenerator"),
        tags=None,
    )


@reads("ListTagsForResource", none_if=_has_no_hub)
def _list_tags(client: RegionClient, arn: str) -> Optional[Dict[str, str]]:
    return dict(client.sdk.list_tags_for_resource(ResourceArn=arn).get("Tags", {}))


@writes("EnableSecurityHub")
def enable_hub(client: RegionClient, parameters: Mapping[str, Any]) -> None:
    """Enable Security Hub with parameters of EnableSecurityHub."""
    client.sdk.enable_security_hub(**parameters)


@writes("UpdateSecurityHubConfiguration")
def update_hub(client: RegionClient, settings: Mapping[str, Any]) -> None:
    """Change settings, named as the fields of Hub."""
    names = {"auto_enable_controls": "AutoEnableControls", "control_finding_generator": "ControlFindingGenerator"}
    client.sdk.update_security_hub_configuration(**{names[key]: value for key, value in settings.items()})


@writes("TagResource")
def tag_hub(client: RegionClient, arn: str, tags: Mapping[str, str]) -> None:
    """Add tags, or change them."""
    client.sdk.tag_resource(ResourceArn=arn, Tags=dict(tags))


@writes("UntagResource")
def untag_hub(client: RegionClient, arn: str, keys: Sequence[str]) -> None:
    """Remove tags."""
    client.sdk.untag_resource(ResourceArn=arn, TagKeys=list(keys))


@writes("DisableSecurityHub", none_if=attrgetter("hub_is_disabled"))
def disable_hub(client: RegionClient) -> None:
    """Disable Security Hub, unless it is disabled by now."""
    client.sdk.disable_security_hub()


# Standards


@lists("DescribeStandards", PAGE_SIZE)
def describe_standards(client: RegionClient, **page: Any) -> Page[OfferedStandard]:
    """Return the standards that the Region offers."""
    response = client.sdk.describe_standards(**page)
    return [_offered(entry) for entry in response.get("Standards", [])], response.get("NextToken")


def _offered(entry: Mapping[str, Any]) -> OfferedStandard:
    product = (entry.get("StandardsManagedBy") or {}).get("Product", _OWN_PRODUCT)
    return OfferedStandard(
        name=_short_name(entry["StandardsArn"]),
        standards_arn=entry["StandardsArn"],
        title=entry.get("Name", ""),
        is_default=entry.get("EnabledByDefault", False),
        managed_by=None if product.startswith(_OWN_PRODUCT) else product,
    )


@lists("GetEnabledStandards", PAGE_SIZE)
def get_enabled_standards(client: RegionClient, **page: Any) -> Page[Standard]:
    """Return the standards that are enabled, or on their way there, or out."""
    response = client.sdk.get_enabled_standards(**page)
    return _standards(response), response.get("NextToken")


def _standards(response: Mapping[str, Any]) -> List[Standard]:
    entries: Iterable[Mapping[str, Any]] = response.get("StandardsSubscriptions", [])
    return [_standard(entry) for entry in entries]


def _standard(entry: Mapping[str, Any]) -> Standard:
    reason: Optional[Mapping[str, str]] = entry.get("StandardsStatusReason")
    return Standard(
        name=_short_name(entry["StandardsArn"]),
        standards_arn=entry["StandardsArn"],
        standards_subscription_arn=entry["StandardsSubscriptionArn"],
        standards_status=entry["StandardsStatus"].upper(),
        status_reason_code=reason.get("StatusReasonCode") if reason else None,
        is_updatable=entry.get("StandardsControlsUpdatable") != "NOT_READY_FOR_UPDATES",
    )


def _short_name(arn: str) -> str:
    """Return the short name in the ARN of a standard: arn:aws:securityhub:REGION::standards/NAME/v/VERSION."""
    return (parse_aws_arn(arn) or {}).get("resource_id", arn)


@writes("BatchEnableStandards")
def enable_standards(client: RegionClient, arns: Sequence[str]) -> List[Standard]:
    """Enable at most STANDARDS_BATCH_SIZE standards, by their ARNs; return them as the response shows them."""
    requests = [{"StandardsArn": arn} for arn in arns]
    return _standards(client.sdk.batch_enable_standards(StandardsSubscriptionRequests=requests))


@writes("BatchDisableStandards")
def disable_standards(client: RegionClient, subscription_arns: Sequence[str]) -> List[Standard]:
    """Disable at most STANDARDS_BATCH_SIZE standards, by the ARNs of their subscriptions."""
    return _standards(client.sdk.batch_disable_standards(StandardsSubscriptionArns=list(subscription_arns)))


# Controls

# A control in a standard: the ARN of the standard, and the ID of the control.
ArnPair = Tuple[str, str]


@lists("ListSecurityControlDefinitions", PAGE_SIZE)
def list_control_definitions(client: RegionClient, **request: Any) -> Page[ControlDefinition]:
    """Return the controls of a standard (StandardsArn), without one all of the Region."""
    response = client.sdk.list_security_control_definitions(**request)
    return [_definition(entry) for entry in response["SecurityControlDefinitions"]], response.get("NextToken")


def _definition(entry: Mapping[str, Any]) -> ControlDefinition:
    parameters: Mapping[str, Mapping[str, Any]] = entry.get("ParameterDefinitions") or {}
    return ControlDefinition(
        entry["SecurityControlId"],
        entry["Title"],
        entry["SeverityRating"],
        entry.get("CurrentRegionAvailability") != "UNAVAILABLE",
        {name: _parameter_definition(each.get("ConfigurationOptions") or {}) for name, each in parameters.items()},
    )


def _parameter_definition(options: Mapping[str, Mapping[str, Any]]) -> ParameterDefinition:
    data_type, limits = next(iter(options.items()), ("unknown", {}))
    return ParameterDefinition(
        data_type,
        limits.get("DefaultValue"),
        limits.get("Min"),
        limits.get("Max"),
        tuple(limits.get("AllowedValues") or ()),
        limits.get("MaxItems"),
        limits.get("Re2Expression"),
        limits.get("ExpressionDescription"),
    )


@reads("BatchGetStandardsControlAssociations")
def get_associations(
    client: RegionClient, pairs: Sequence[ArnPair]
) -> Tuple[List[ControlAssociation], Dict[ArnPair, ControlRefusal]]:
    """Look at most CONTROLS_BATCH_SIZE controls up in their standards; also return why some are not shown."""
    asked = [{"StandardsArn": arn, "SecurityControlId": control_id} for arn, control_id in pairs]
    response = client.sdk.batch_get_standards_control_associations(StandardsControlAssociationIds=asked)
    found = [_association(entry) for entry in response["StandardsControlAssociationDetails"]]
    refused = response.get("UnprocessedAssociations") or []
    return found, _refused_pairs(refused, "StandardsControlAssociationId")


def _association(entry: Mapping[str, Any]) -> ControlAssociation:
    return ControlAssociation(
        _short_name(entry["StandardsArn"]),
        entry["SecurityControlId"],
        entry["AssociationStatus"].upper(),
        entry.get("UpdatedReason") or None,
        tuple(entry.get("StandardsControlArns") or ()),
    )


def _refused_pairs(rows: Iterable[Mapping[str, Any]], key: str) -> Dict[ArnPair, ControlRefusal]:
    return {(row[key]["StandardsArn"], row[key]["SecurityControlId"]): _control_refusal(row) for row in rows}


def _control_refusal(row: Mapping[str, Any]) -> ControlRefusal:
    return ControlRefusal(row["ErrorCode"], printable(row.get("ErrorReason") or "") or NO_REASON)


@writes("BatchUpdateStandardsControlAssociations")
def update_associations(client: RegionClient, updates: Sequence[AssociationUpdate]) -> Dict[ArnPair, ControlRefusal]:
    """Enable or disable at most CONTROLS_BATCH_SIZE controls in their standards; return the unprocessed ones."""
    requests = [
        {
            "StandardsArn": each.standards_arn,
            "SecurityControlId": each.control_id,
            "AssociationStatus": each.status,
            **({"UpdatedReason": each.reason} if each.reason else {}),
        }
        for each in updates
    ]
    response = client.sdk.batch_update_standards_control_associations(StandardsControlAssociationUpdates=requests)
    refused = response.get("UnprocessedAssociationUpdates") or []
    return _refused_pairs(refused, "StandardsControlAssociationUpdate")


@reads("BatchGetSecurityControls")
def get_security_controls(
    client: RegionClient, control_ids: Sequence[str]
) -> Tuple[List[SecurityControl], Dict[str, ControlRefusal]]:
    """Look the parameters of at most CONTROLS_BATCH_SIZE controls up; also return why some are not shown."""
    response = client.sdk.batch_get_security_controls(SecurityControlIds=list(control_ids))
    refused = {row["SecurityControlId"]: _control_refusal(row) for row in response.get("UnprocessedIds") or []}
    return [_security_control(entry) for entry in response["SecurityControls"]], refused


def _security_control(entry: Mapping[str, Any]) -> SecurityControl:
    parameters: Mapping[str, Mapping[str, Any]] = entry.get("Parameters") or {}
    values = {
        name: ParameterValue(next(iter((each.get("Value") or {}).values()), None), each["ValueType"] == "CUSTOM")
        for name, each in parameters.items()
    }
    return SecurityControl(entry["SecurityControlId"], values, entry.get("UpdateStatus") == "UPDATING")


@writes("UpdateSecurityControl")
def update_security_control(client: RegionClient, update: ParameterUpdate) -> None:
    """Set parameters of a control; those that are not named stay as they are."""
    reason = {"LastUpdateReason": update.reason} if update.reason else {}
    client.sdk.update_security_control(
        SecurityControlId=update.control_id, Parameters=dict(update.parameters), **reason
    )


# Regions


@lists("ListFindingAggregators")
def list_aggregators(client: RegionClient, **page: Any) -> Page[str]:
    """Return the ARN of the finding aggregator of the caller's account: there is one at most in a partition."""
    response = client.sdk.list_finding_aggregators(**page)
    return [row["FindingAggregatorArn"] for row in response.get("FindingAggregators", [])], response.get("NextToken")


@reads("GetFindingAggregator")
def get_aggregator(client: RegionClient, arn: str) -> FindingAggregator:
    """Return a finding aggregator."""
    response = client.sdk.get_finding_aggregator(FindingAggregatorArn=arn)
    return FindingAggregator(
        response["FindingAggregatorArn"],
        response["FindingAggregationRegion"],
        response["RegionLinkingMode"],
        tuple(response.get("Regions") or ()),
    )


@writes("CreateFindingAggregator")
def create_aggregator(client: RegionClient, linking_mode: str, regions: Sequence[str]) -> None:
    """Make the client's Region the home Region."""
    client.sdk.create_finding_aggregator(RegionLinkingMode=linking_mode, **_linked(regions))


@writes("UpdateFindingAggregator")
def update_aggregator(client: RegionClient, arn: str, linking_mode: str, regions: Sequence[str]) -> None:
    """Change a finding aggregator, in its home Region."""
    client.sdk.update_finding_aggregator(FindingAggregatorArn=arn, RegionLinkingMode=linking_mode, **_linked(regions))


@writes("DeleteFindingAggregator")
def delete_aggregator(client: RegionClient, arn: str) -> None:
    """Delete a finding aggregator, in its home Region."""
    client.sdk.delete_finding_aggregator(FindingAggregatorArn=arn)


def _linked(regions: Sequence[str]) -> Dict[str, List[str]]:
    return {"Regions": list(regions)} if regions else {}


@reads("DescribeRegions")
def list_enabled_regions(client: RegionClient) -> List[str]:
    """Return the Regions of the partition that are enabled in the caller's account, by EC2, sorted."""
    return sorted(region["RegionName"] for region in client.sdk.describe_regions().get("Regions", []))


# AWS Config


# The recorder that Security Hub CSPM makes, and uses instead of the customer's, where the new Security Hub is enabled
# beside it (the user guide's page on AWS Config).
CSPM_RECORDER = "AWSConfigurationRecorderForSecurityHubCSPM"


def _is_unknown_recorder(error: SecurityHubError) -> bool:
    return error.error_code == "NoSuchConfigurationRecorderException"


@reads("DescribeConfigurationRecorderStatus", none_if=_is_unknown_recorder)
def get_cspm_recorder(client: RegionClient) -> Optional[ConfigRecorder]:
    """Return Security Hub CSPM's own recorder. By its name, as older SDKs know no ServicePrincipal."""
    found = client.sdk.describe_configuration_recorder_status(ConfigurationRecorderNames=[CSPM_RECORDER])
    return _recorder(found)


@reads("DescribeConfigurationRecorderStatus")
def get_customer_recorder(client: RegionClient) -> Optional[ConfigRecorder]:
    """Return the customer managed recorder, which is what is described without a name."""
    return _recorder(client.sdk.describe_configuration_recorder_status())


def _recorder(response: Mapping[str, Any]) -> Optional[ConfigRecorder]:
    for row in response.get("ConfigurationRecordersStatus", []):
        if row["name"] == CSPM_RECORDER or not row.get("servicePrincipal"):
            return ConfigRecorder(RECORDING if row.get("recording") else RECORDER_OFF, row["name"])
    return None


# STS


class RoleSession(NamedTuple):
    """A session of a role: its ARN; access key, secret key and token; when it ends."""

    arn: str
    keys: Tuple[str, str, str]
    expires: Optional[datetime]


@reads("AssumeRole")
def assume_role(client: RegionClient, request: Mapping[str, Any]) -> RoleSession:
    """Start a session of a role. A retry starts another one, which changes nothing."""
    response = client.sdk.assume_role(**request)
    given = response["Credentials"]
    keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return RoleSession(response["AssumedRoleUser"]["Arn"], keys, given.get("Expiration"))


@reads("GetCallerIdentity")
def get_caller_account_id(client: RegionClient) -> str:
    """Return the caller's account; needs no permission."""
    return str(client.sdk.get_caller_identity()["Account"])


# What is read by several calls


def read_config_recorder(client: RegionClient) -> ConfigRecorder:
    """Return the recorder of AWS Config that Security Hub CSPM uses; why it can't be read is part of it.

    :param client: that of AWS Config
    """
    try:
        return get_cspm_recorder(client) or get_customer_recorder(client) or ConfigRecorder(NO_RECORDER)
    except SecurityHubError as error:
        return ConfigRecorder(RECORDER_UNREADABLE, None, error)


def read_members(client: RegionClient, account_ids: Sequence[str]) -> RegionResult[MemberList]:
    """Look accounts up in the member list: one GetMembers call for each batch.

    GetMembers may refuse the whole call as not found, or leave open whether an account is in the list. Then
    ListMembers decides; without permission for it, an account that was left open stays so.
    """
    seen, error = _get_members(client, account_ids)
    if error:
        listed = read_or_error(lambda: list_members(client)) if error.is_not_found else RegionResult([], error)
        if listed.error:
            return RegionResult(MemberList(seen.members), listed.error)
        by_id = by_account(listed.value)
        return RegionResult(MemberList({account_id: by_id.get(account_id) for account_id in account_ids}))
    listed = read_or_error(lambda: list_members(client) if seen.unreadable else [])
    if not seen.unreadable or listed.error:
        return RegionResult(seen)
    everything = {**by_account(listed.value), **seen.members}
    return RegionResult(MemberList({account_id: everything.get(account_id) for account_id in account_ids}))


def _get_members(client: RegionClient, account_ids: Sequence[str]) -> Tuple[MemberList, Optional[SecurityHubError]]:
    """Look accounts up, the batches side by side; return what was read, and the first failure in their order."""
    found: Dict[str, MemberList] = {}
    error: Optional[SecurityHubError] = None

    def get(batch: Sequence[str]) -> None:
        found[batch[0]] = get_members(client, batch)

    try:
        side_by_side(client, account_ids, get)
    except SecurityHubError as failure:
        error = failure
    seen = MemberList()
    for each in [found[batch[0]] for batch in batches(account_ids) if batch[0] in found]:
        seen.members.update(each.members)
        seen.unreadable.update(each.unreadable)
    return seen, error


def unreadable_error(client: RegionClient, read: MemberList) -> Optional[SecurityHubError]:
    """Return the failure that accounts could not be looked up, with the message of the first; None if all could."""
    account_ids = list(read.unreadable)
    if not account_ids:
        return None
    message = read.unreadable[account_ids[0]]
    return SecurityHubError(UNPROCESSED_ACCOUNTS, message, "GetMembers", client.region, account_ids)


def read_member_side(client: RegionClient, administrator_id: str, to_accept: bool) -> MemberSide:
    """Look up what the caller's account sees of an administrator.

    :param to_accept: whether the invitation is to be accepted, so that it matters whether the account has members
    """
    administrator = get_administrator(client)
    if administrator and administrator.administrator_id == administrator_id:
        return MemberSide(administrator, administrator)
    invitation = find_invitation(client, administrator_id)
    looks_on = to_accept and invitation is not None and administrator is None
    return MemberSide(administrator, invitation, looks_on and has_visible_members(client))


def find_invitation(client: RegionClient, administrator_id: str) -> Optional[Invitation]:
    """Return the invitation of one administrator, a pending one rather than an older one."""
    found = [invitation for invitation in list_invitations(client) if invitation.administrator_id == administrator_id]
    pending = [invitation for invitation in found if invitation.member_status == INVITED]
    return next(iter(pending + found), None)


def has_visible_members(client: RegionClient) -> bool:
    """Whether the caller's account has enabled members; without permission to list them, that stays open."""
    try:
        return has_enabled_members(client)
    except SecurityHubError as error:
        if error.error_code in DENIED_CODES:
            return False
        raise


def is_hub_enabled(client: RegionClient) -> bool:
    """Whether Security Hub is enabled, by a read that a member account makes anyway."""
    try:
        get_administrator(client)
    except SecurityHubError as error:
        if error.hub_is_disabled:
            return False
        raise
    return True


def describe_hub(client: RegionClient, with_tags: bool) -> Optional[Hub]:
    """Return the hub, None where Security Hub is not enabled.

    :param with_tags: whether to read the tags too, which needs another permission
    """
    hub = _describe_hub(client)
    if hub is None or not with_tags:
        return hub
    tags = _list_tags(client, str(hub.hub_arn))
    return None if tags is None else replace(hub, tags=tags)
