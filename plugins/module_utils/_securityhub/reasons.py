# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this module_utils is not meant for use outside the multiaccount.aws collection.

"""Why an account in a Region is not as requested: the table of reasons. Pure: imports nothing.

Results give a reason and the service's message, or the explanation here; messages and summaries add the next step.
"""

from __future__ import annotations

from typing import Dict, NamedTuple, Optional

ASSOCIATED = "associated"
AWAITING_ACCEPTANCE = "awaiting_acceptance"
CALLER_IS_MEMBER = "caller_is_member"
HAS_MEMBERS = "has_members"
INVALID_PARAMETERS = "invalid_parameters"
MANAGED_BY_POLICY = "managed_by_policy"
NOT_A_MEMBER = "not_a_member"
NOT_ATTEMPTED = "not_attempted"
NOT_AVAILABLE = "not_available"
NOT_INVITED = "not_invited"
NOT_READY = "not_ready"
NO_INVITATION = "no_invitation"
OTHER_ADMINISTRATOR = "other_administrator"
OWN_ACCOUNT = "own_account"
REGION_DENIED = "region_denied"
REGION_NOT_ENABLED = "region_not_enabled"
REJECTED = "rejected"
REMOVED_REASON = "removed"
RESIGNED_REASON = "resigned"
ROLE_NOT_ASSUMED = "role_not_assumed"
STANDARDS_FAILED = "standards_failed"
STANDARDS_INCOMPLETE = "standards_incomplete"
STANDARDS_NOT_OFFERED = "standards_not_offered"
STANDARDS_PENDING = "standards_pending"
SUSPENDED_REASON = "suspended"
UNCONFIRMED = "unconfirmed"
UNKNOWN_CONTROL = "unknown_control"
UNKNOWN_STATUS = "unknown_status"
UNREADABLE = "unreadable"
UNEXPECTED_ACCOUNT = "unexpected_account"
UPDATING = "updating"


class Reason(NamedTuple):
    """What a reason means, and what to do next.

    :param module_step: the next step for somebody who sets a module's options
    :param variables_step: the next step for somebody who sets a playbook's variables, None for the same
    :param fails: whether it fails a task
    :param reruns: whether running the playbook again is part of the next step
    """

    explanation: str
    module_step: str
    variables_step: Optional[str] = None
    fails: bool = True
    reruns: bool = True

    @property
    def playbook_step(self) -> str:
        """The next step in a playbook's words."""
        return self.module_step if self.variables_step is None else self.variables_step


_FIX = "Fix the cause and run the {} again; completed changes are kept."
_FIX_STEPS = (_FIX.format("task"), _FIX.format("playbook"))
_LATER_STEPS = (
    "Run the task again, or raise wait_timeout.",
    "Run the playbook again, or set securityhub_wait_timeout to more seconds.",
)
_ONBOARD = "Run multiaccount.aws.securityhub_onboard to {} the accounts."

REASONS: Dict[str, Reason] = {
    OWN_ACCOUNT: Reason(
        "This is the administrator's own account.",
        "Take the account out of the list: an administrator can't be its own member.",
        fails=False,
        reruns=False,
    ),
    AWAITING_ACCEPTANCE: Reason(
        "The account owner must accept the invitation.",
        "Ask the account owners to accept the invitation, or set member_role to have this module accept it.",
        "Ask the account owners to enable Security Hub and accept the invitation in each Region, or set "
        "securityhub_member_role to a role that this run can assume in the accounts.",
        fails=False,
    ),
    NOT_A_MEMBER: Reason(
        "The account is not in the member list.",
        "Add it with multiaccount.aws.securityhub_member.",
        _ONBOARD.format("add and invite"),
    ),
    NOT_INVITED: Reason(
        "The account is in the member list and has not been invited.",
        "Invite it with multiaccount.aws.securityhub_member_invite.",
        _ONBOARD.format("invite"),
    ),
    REMOVED_REASON: Reason(
        "The administrator ended the membership.",
        "Add 'removed' to reinvite to invite it again.",
        "Add removed to securityhub_reinvite to invite the accounts again.",
    ),
    RESIGNED_REASON: Reason(
        "The account declined the invitation or left the administrator.",
        "Ask the account owner, then add 'resigned' to reinvite to invite it again.",
        "Ask the account owners, then set securityhub_reinvite to removed,resigned to invite the accounts again.",
    ),
    SUSPENDED_REASON: Reason(
        "AWS suspended the account.",
        "AWS Support reopens a closed account within 90 days; afterwards, enable it again by hand in the administrator "
        "account. Otherwise take it out of the list.",
        reruns=False,
    ),
    UNKNOWN_STATUS: Reason(
        "The status is not known to this version of the collection.",
        "Look at the account in the Security Hub console, and update the collection.",
        reruns=False,
    ),
    UNREADABLE: Reason("The service did not return the account.", *_FIX_STEPS),
    REJECTED: Reason("The service refused the account.", *_FIX_STEPS),
    UNCONFIRMED: Reason("The change is not visible yet.", *_LATER_STEPS),
    ROLE_NOT_ASSUMED: Reason(
        "The role can't be assumed in the account.",
        "Check member_role, its path, its trust policy, and member_role_external_id, and that the caller's own policy "
        "allows sts:AssumeRole for the role with this path and name.",
        "Check securityhub_member_role, its path, its trust policy, and securityhub_member_role_external_id, and that "
        "the administrator's own policy allows sts:AssumeRole for the role with this path and name.",
    ),
    OTHER_ADMINISTRATOR: Reason(
        "The account has another administrator.",
        "Add that administrator to leave_administrator_ids. If it is in there, let the account leave it first, with "
        "multiaccount.aws.securityhub_invitation and state left.",
        "Add that administrator to securityhub_leave_administrator_ids. If it is in there, disassociate the accounts "
        "from it first. Then run the playbook again.",
    ),
    HAS_MEMBERS: Reason(
        "The account has enabled members of its own, so it can't accept an invitation.",
        "Disassociate its members with multiaccount.aws.securityhub_member, or take the account out of the list.",
        reruns=False,
    ),
    CALLER_IS_MEMBER: Reason(
        "The account that invites is itself a member of another administrator.",
        "Use the credentials of the administrator account, or leave the other administrator with "
        "multiaccount.aws.securityhub_invitation and state left.",
    ),
    NO_INVITATION: Reason(
        "The account has no invitation that it can accept.",
        "Invite it with multiaccount.aws.securityhub_member_invite, after it declined or left with resigned in "
        "reinvite, or raise wait_timeout if the invitation is on its way.",
        "Run the playbook again, after the account declined or left with securityhub_reinvite set to removed,resigned.",
    ),
    REGION_DENIED: Reason(
        "A service control policy of the account's organization denies Security Hub in the Region.",
        "Leave the Region out for these accounts with regions in their rows, or ask the owners of the organization to "
        "allow it.",
        "Leave the Region out for these accounts with regions in their rows of securityhub_accounts, or ask the owners "
        "of the organization to allow it.",
    ),
    REGION_NOT_ENABLED: Reason(
        "The Region is not enabled (opted in) in the account.",
        "Enable the Region in the account, or leave it out for this account.",
        "Enable the Region in the accounts, or add it to securityhub_exclude_regions.",
    ),
    STANDARDS_NOT_OFFERED: Reason(
        "A standard is not offered in the Region.",
        "Correct the name or the version of the standard, or leave the Region out.",
        "Correct securityhub_standards, or add the Region to securityhub_exclude_regions.",
    ),
    STANDARDS_FAILED: Reason("A standard could not be disabled.", *_FIX_STEPS),
    STANDARDS_INCOMPLETE: Reason(
        "A standard is enabled, but not completely.",
        "Fix the cause. A standard that stays INCOMPLETE can be disabled and enabled again.",
        "Fix the cause that the message names, such as an AWS Config that does not record in the account and Region.",
    ),
    STANDARDS_PENDING: Reason(
        "The service is still enabling a standard, or adding controls to it.",
        "Run the task again later, or raise wait_timeout.",
        "Look again later, or set securityhub_wait_timeout to more seconds.",
        fails=False,
    ),
    NOT_AVAILABLE: Reason(
        "No enabled standard has this control in the Region.",
        "Enable a standard that has the control, or leave the control out for this Region.",
        fails=False,
        reruns=False,
    ),
    NOT_READY: Reason("The controls of a standard are not ready for updates yet.", *_LATER_STEPS),
    UPDATING: Reason("The service is still updating the parameters of the control.", *_LATER_STEPS),
    MANAGED_BY_POLICY: Reason(
        "A configuration policy of the organization governs the account.",
        "Change the policy in the organization's delegated administrator account, or make this account self-managed.",
        reruns=False,
    ),
    UNKNOWN_CONTROL: Reason(
        "No security control has this ID.",
        "Correct the ID. multiaccount.aws.securityhub_controls_info lists the controls.",
    ),
    INVALID_PARAMETERS: Reason(
        "A control does not have the parameter, or the parameter does not take the value.",
        "Correct the parameters.",
    ),
    UNEXPECTED_ACCOUNT: Reason(
        "STS returned a session of another account than the one of the role.",
        "Check what the endpoint and proxies do with calls to STS.",
        reruns=False,
    ),
    NOT_ATTEMPTED: Reason("The Region failed before the account was processed.", *_FIX_STEPS),
    ASSOCIATED: Reason(
        "The account has an administrator or enabled members, so Security Hub can't be disabled.",
        "Leave the administrator with multiaccount.aws.securityhub_invitation, or disassociate the members with "
        "multiaccount.aws.securityhub_member.",
        reruns=False,
    ),
}


def is_failure(reason: Optional[str]) -> bool:
    """Whether a reason fails a task; one that is not in the table does."""
    return reason is not None and (reason not in REASONS or REASONS[reason].fails)
