# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates of docs/templates: the role in the member accounts, as CloudFormation and as Terraform have it."""

from __future__ import annotations
