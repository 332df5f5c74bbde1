# Copyright: multiaccount.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this action serves the role multiaccount.aws.securityhub alone.
"""The report of a run, its summary, and whether it fails."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from ansible.plugins.action import ActionBase
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.multiaccount.aws.plugins.module_utils._securityhub.inputs.rows import CLOSED
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.fleet import Fleet, fleet_of
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.summary import (
    Request,
    outcome_of,
    summarize,
)
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.fleet.variables import RESULT
from ansible_collections.multiaccount.aws.plugins.plugin_utils._securityhub.report.report import write_report


class ActionModule(ActionBase):
    """The action, for Ansible. Results of modules are large: they come from the variables that the role registers."""

    _requires_connection = False

    def run(self, tmp: Optional[str] = None, task_vars: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        """Return the lines of the summary, whether the run fails and why, and the result for set_stats."""
        result: Dict[str, Any] = super().run(tmp, task_vars)
        self.validate_argument_spec({})
        variables = task_vars or {}
        run, calls = variables["securityhub__run"], variables["securityhub__calls"]
        listing, hub = (variables[f"securityhub__{name}"] if run["looks"] else {} for name in ("listing", "hub"))
        accounts = json.loads(run["accounts"])
        results = [listing, {"hubs": hub.get("hubs")}, *calls["results"]]
        removed = CLOSED if run["settings"]["securityhub_closed_accounts"] == "remove" else None
        left_out = [row for row in accounts["skipped"] if row["status"] != removed]
        fleet = fleet_of(results, accounts["accounts"], run["looks"], left_out)
        return {**result, **wrap_var(self._conclusion(fleet, run, accounts, hub.get("msg")))}

    def _conclusion(
        self, fleet: Fleet, run: Mapping[str, Any], accounts: Mapping[str, Any], hub_problem: Optional[str]
    ) -> Dict[str, Any]:
        settings = run["settings"]
        request = Request(
            purpose=run["purpose"],
            is_check=bool(self._task.check_mode),
            fail_on_unprocessed=settings["securityhub_fail_on_unprocessed"],
            source=accounts["source"],
            skipped=accounts["skipped"],
            wants_report=bool(settings["securityhub_report_path"]),
        )
        problem = None
        if request.wants_report and not request.is_check:
            page = Path(run["folder"]) / Path(settings["securityhub_report_path"]).expanduser()
            try:
                write_report(page, fleet, request, settings)
                request = replace(request, report_path=str(page))
            except OSError as error:
                problem = f"The report {page} can't be written: {error.strerror}."
        summary = summarize(fleet, request)
        if problem:
            summary = replace(summary, failed=True, msg=" ".join(filter(None, [summary.msg, problem])))
        lines = list(summary.lines)
        if hub_problem:  # the report is the last line
            end = len(lines) - bool(request.report_path)
            lines.insert(end, f"The finding aggregator could not be read: {hub_problem}")
        return {
            "lines": lines,
            "fails": summary.failed,
            "msg": summary.msg,
            "ansible_stats": {
                "data": {RESULT: outcome_of(fleet, request, summary)},
                "per_host": False,
                "aggregate": False,
            },
        }
