#!/usr/bin/env bash
# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# A loop with the AWS CLI as people write it: Region by Region, account by account, a look and then an invitation.
#
# cli_loop.sh ACCOUNT,ACCOUNT,... REGION,REGION,...
set -euo pipefail

for region in ${2//,/ }; do
  for account in ${1//,/ }; do
    status=$(aws securityhub get-members --region "$region" --account-ids "$account" \
      --query 'Members[0].MemberStatus' --output text)
    if [ "$status" = Created ]; then
      aws securityhub invite-members --region "$region" --account-ids "$account" > /dev/null
    fi
  done
done
