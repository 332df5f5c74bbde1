# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutation tests: whether the unit tests notice when a line of a module is changed."""
