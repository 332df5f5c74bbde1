# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options and notes that the Security Hub modules share."""

    # What modules and the inventory plugin run with, by README. The fragment of amazon.aws names what that supports.
    REQUIREMENTS = r"""
options: {}
requirements:
  - python >= 3.8
  - boto3 >= 1.34.0, with amazon.aws 11 >= 1.35.0, with amazon.aws 12 >= 1.38.23
  - botocore >= 1.34.0, with amazon.aws 11 >= 1.35.0, with amazon.aws 12 >= 1.38.23
"""

    # Modules that run in any number of Regions.
    DOCUMENTATION = r"""
options:
  regions:
    description:
      - The Regions to work on, as a list or as one string with commas, spaces or newlines between them, or one of the
        words V(all) and V(linked).
      - V(all) is every Region of the partition that is enabled in the account of the credentials, after
        O(assume_role_arn), and in which Security Hub CSPM is available, as far as the installed botocore knows. It does
        not matter whether Security Hub is enabled there. It takes one call of C(DescribeRegions) and the IAM permission
        C(ec2:DescribeRegions).
      - V(linked) is the home Region and the linked Regions of the finding aggregator. It takes one call each of
        C(ListFindingAggregators) and C(GetFindingAggregator), and one of C(DescribeRegions) where the aggregator links
        all Regions. The permissions are C(securityhub:ListFindingAggregators), C(securityhub:GetFindingAggregator) and
        C(ec2:DescribeRegions). The module fails if there is no finding aggregator.
      - Both words are looked up in the Region from the connection options. For V(linked) this must be the home Region.
        If a call fails, nothing is done. A Region that botocore does not know yet is left out with a warning.
      - The Regions are worked on at the same time. A Region that fails does not stop the others. See
        RV(failed_regions).
      - Defaults to the Region from the connection options. When set to names of Regions, O(region) is ignored.
    type: list
    elements: str
  exclude_regions:
    description:
      - The Regions to take out of O(regions), as a list or as one string with commas, spaces or newlines between them.
        Useful with V(all) and V(linked).
    type: list
    elements: str
"""

    # How modules connect, and send requests.
    CONNECTION = r"""
options:
  assume_role_arn:
    description:
      - The ARN of a role to assume before anything else, for example a role of the administrator account that
        is assumed from the account of a pipeline.
    type: str
  assume_role_external_id:
    description:
      - The external ID that the trust policy of O(assume_role_arn) requires.
    type: str
  assume_role_session_name:
    description:
      - The name of the role session, which CloudTrail shows. Defaults to C(multiaccount.aws).
    type: str
notes:
  - A read that fails because of throttling, a server error or a lost connection is retried with growing pauses.
    A write is sent again only for what was not done. Where its response was lost, the module reads again first.
  - A read is tried at most 8 times. C(total_max_attempts) or C(max_attempts) of C(retries) in O(aws_config), or else
    C(max_attempts) of the profile, changes that. It has no effect on writes, which are tried at most 10 times.
  - A connection that does not open is given up after 5 seconds, and a response that does not come after 20 seconds.
    C(connect_timeout) and C(read_timeout) in O(aws_config) change that. A Region that does not respond to 3 attempts of
    a read has failed. No other Region waits for it.
  - External IDs are kept out of logs and results. From ansible-core 2.22 on, Ansible hides them in all output of the
    run, also where such a text is a part of something else, for example of an account ID.
  - What the profile and the environment set for the AWS CLI counts here too, such as C(ca_bundle), C(max_attempts) or
    C(use_fips_endpoint), unless an option says otherwise.
"""

    # Modules that work as the administrator.
    ADMINISTRATOR = r"""
options:
  administrator_id:
    description:
      - The account ID of the administrator. If the credentials, after O(assume_role_arn), are those of another account,
        or if it can't be found out whose they are, the task fails before it does anything, in check mode too.
      - It takes one call of C(GetCallerIdentity), which needs no permission, and none with O(assume_role_arn).
      - By default, the account of the credentials is the administrator, whichever it is.
    type: str
"""

    # Modules that name accounts which could not be processed.
    ACCOUNTS = r"""
options:
  fail_on_unprocessed:
    description:
      - Whether the task fails, after all work is done, if an account could not be processed.
      - With V(false), the accounts are only returned with the reason. A Region that fails still fails the task.
      - The administrator's own account never fails the task.
    type: bool
    default: true
"""

    # Modules that take the role of member accounts.
    MEMBER_ROLE = r"""
options:
  member_role:
    description:
      - The name of the role to assume in the member accounts, with its path if it has one, such as
        C(security/SecurityHubOnboarding).
      - The options that go with it also apply to a role that a row names. Without any role they are refused.
      - The role is assumed once for each account, whatever the number of Regions.
    type: str
  member_role_external_id:
    description:
      - The external ID that the trust policy of O(member_role) requires.
    type: str
  member_role_session_name:
    description:
      - The name of the role sessions, which CloudTrail shows. Defaults to C(multiaccount.aws).
    type: str
  member_role_duration:
    description:
      - How long, in seconds, a role session is valid. When a session expires, the role is assumed again.
      - Defaults to the default of STS, which is one hour.
    type: int
  member_role_policy:
    description:
      - An IAM policy in JSON that limits the role sessions further.
      - Without it, the role sessions of check mode are limited to reading.
    type: json
"""

    # Modules that can work in many accounts instead of the caller's own.
    ACCOUNT_IDS = r"""
options:
  account_ids:
    description:
      - The accounts to work in, with O(member_role), in any form that
        O(multiaccount.aws.securityhub_member#module:members) accepts, for example a list of account IDs, or one string
        with commas, spaces or newlines between them.
      - Defaults to the account of the credentials. With an empty list, the module does nothing.
    type: raw
"""
