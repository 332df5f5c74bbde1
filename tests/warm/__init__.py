# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's programs for tests that run hundreds of them: forks of a process that has imported Ansible already.

A fork begins where a process of its own is after half of its time. It has the arguments, the working folder, the
environment, the input and the output of whoever calls the program. A program whose environment may change what Ansible
reads while it is imported is not forked but started.
"""
