# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The IAM role that multiaccount.aws assumes in a member account to accept the Security Hub administrator's invitation.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "administrator_account_id" {
  description = "The ID of the Security Hub administrator account."
  type        = string
}

variable "external_id" {
  description = "The external ID to require (securityhub_member_role_external_id). Leave it empty to require none."
  type        = string
  default     = ""
}

variable "role_name" {
  description = "The name of the role. With its path, it is securityhub_member_role."
  type        = string
  default     = "SecurityHubOnboarding"
}

variable "role_path" {
  description = "The path of the role, such as /security/."
  type        = string
  default     = "/"
}

variable "allow_standards" {
  description = "Whether the role may read, enable and disable security standards (securityhub_standards)."
  type        = bool
  default     = false
}

variable "allow_controls" {
  description = "Whether the role may read and change security controls (securityhub_controls)."
  type        = bool
  default     = false
}

variable "allow_config" {
  description = "Whether the role may see the recorder of AWS Config (securityhub_config_recorder)."
  type        = bool
  default     = false
}

variable "allow_offboarding" {
  description = "Whether the role may leave or decline the administrator (multiaccount.aws.securityhub_offboard)."
  type        = bool
  default     = false
}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "member_trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${var.administrator_account_id}:root"]
    }

    dynamic "condition" {
      for_each = var.external_id == "" ? [] : [var.external_id]

      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

data "aws_iam_policy_document" "member" {
  statement {
    sid    = "Look"
    effect = "Allow"
    actions = [
      "securityhub:GetAdministratorAccount",
      "securityhub:ListInvitations",
      "securityhub:ListMembers",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "Join"
    effect = "Allow"
    actions = [
      "securityhub:EnableSecurityHub",
      "securityhub:AcceptAdministratorInvitation",
    ]
    resources = ["*"]
  }

  statement {
    sid     = "FirstTime"
    effect  = "Allow"
    actions = ["iam:CreateServiceLinkedRole"]
    resources = [
      "arn:${data.aws_partition.current.partition}:iam::*:role/aws-service-role/securityhub.amazonaws.com/*",
    ]

    condition {
      test     = "StringLike"
      variable = "iam:AWSServiceName"
      values   = ["securityhub.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "standards" {
  statement {
    sid    = "Look"
    effect = "Allow"
    actions = [
      "securityhub:GetEnabledStandards",
      "securityhub:DescribeStandards",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "Act"
    effect = "Allow"
    actions = [
      "securityhub:BatchEnableStandards",
      "securityhub:BatchDisableStandards",
    ]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "config" {
  statement {
    sid       = "Config"
    effect    = "Allow"
    actions   = ["config:DescribeConfigurationRecorderStatus"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "controls" {
  statement {
    sid    = "Look"
    effect = "Allow"
    actions = [
      "securityhub:GetEnabledStandards",
      "securityhub:ListSecurityControlDefinitions",
      "securityhub:BatchGetStandardsControlAssociations",
      "securityhub:BatchGetSecurityControls",
      "securityhub:DescribeStandardsControls",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "Act"
    effect = "Allow"
    actions = [
      "securityhub:BatchUpdateStandardsControlAssociations",
      "securityhub:UpdateSecurityControl",
      "securityhub:UpdateStandardsControl",
    ]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "member_offboarding" {
  statement {
    sid    = "Look"
    effect = "Allow"
    actions = [
      "securityhub:GetAdministratorAccount",
      "securityhub:ListInvitations",
    ]
    resources = ["*"]
  }

  statement {
    sid    = "Leave"
    effect = "Allow"
    actions = [
      "securityhub:DisassociateFromAdministratorAccount",
      "securityhub:DeclineInvitations",
      "securityhub:DeleteInvitations",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "member" {
  name               = var.role_name
  path               = var.role_path
  description        = "Accepts the invitation of the Security Hub administrator"
  assume_role_policy = data.aws_iam_policy_document.member_trust.json
}

resource "aws_iam_role_policy" "member" {
  name   = "member"
  role   = aws_iam_role.member.id
  policy = data.aws_iam_policy_document.member.json
}

resource "aws_iam_role_policy" "standards" {
  count  = var.allow_standards ? 1 : 0
  name   = "standards"
  role   = aws_iam_role.member.id
  policy = data.aws_iam_policy_document.standards.json
}

resource "aws_iam_role_policy" "config" {
  count  = var.allow_config ? 1 : 0
  name   = "config"
  role   = aws_iam_role.member.id
  policy = data.aws_iam_policy_document.config.json
}

resource "aws_iam_role_policy" "controls" {
  count  = var.allow_controls ? 1 : 0
  name   = "controls"
  role   = aws_iam_role.member.id
  policy = data.aws_iam_policy_document.controls.json
}

resource "aws_iam_role_policy" "member_offboarding" {
  count  = var.allow_offboarding ? 1 : 0
  name   = "member-offboarding"
  role   = aws_iam_role.member.id
  policy = data.aws_iam_policy_document.member_offboarding.json
}

output "role_arn" {
  description = "The ARN of the role."
  value       = aws_iam_role.member.arn
}

output "member_role" {
  description = "The value for securityhub_member_role."
  value       = trimprefix("${var.role_path}${var.role_name}", "/")
}
