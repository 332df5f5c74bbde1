# Copyright: multiaccount.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server as clients meet it: protocol, checks, accounts and Regions, roles, paging, counts, the control API."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from local_hub.control import DEFAULT_REGION, SECRET_KEY, Hub, HubError, access_key, credentials
from local_hub.server import Handler, HubServer
from local_hub.tests.conftest import Client
from local_hub.tests.helpers import error_of
from local_hub.tests.world import ADMINISTRATOR, MEMBER

SeedMember = Callable[..., None]
# Digits, but not the ones of account ids.
FULLWIDTH = "".join(chr(0xFF10 + int(digit)) for digit in MEMBER)
ROLE = f"arn:aws:iam::{MEMBER}:role/Onboarding"


def send(
    hub: Hub, method: str, path: str, body: Any = None, key: str = access_key(ADMINISTRATOR)
) -> tuple[int, dict[str, str], Any]:
    """A request as botocore would never send it: status, headers in lower case, document."""
    connection = http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=60)
    scope = f"{key}/20260101/{DEFAULT_REGION}/securityhub/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}
    data = body if body is None or isinstance(body, bytes) else json.dumps(body)
    connection.request(method, path, data, headers if key else {})
    reply = connection.getresponse()
    document = json.load(reply)
    connection.close()
    return reply.status, {name.lower(): value for name, value in reply.getheaders()}, document


class TestProtocol:
    """What a request must look like, and what an answer looks like."""

    def test_errors_carry_the_code_in_header_and_body(self, hub: Hub) -> None:
        status, headers, document = send(hub, "POST", "/members/get", {"AccountIds": [MEMBER]})
        assert status == 401
        assert headers["x-amzn-errortype"] == document["Code"] == "InvalidAccessException"
        assert document["Message"] == f"Account {ADMINISTRATOR} is not subscribed to AWS Security Hub"

    def test_answers_hold_what_the_model_has(self, hub: Hub, client: Client, seed_member: SeedMember) -> None:
        seed_member("Invited", email="owner@example.com")
        _status, _headers, document = send(hub, "POST", "/members/get", {"AccountIds": [MEMBER]})
        shape = client().meta.service_model.shape_for("Member")
        assert set(document["Members"][0]) == set(shape.members)
        assert document["UnprocessedAccounts"] == []

    def test_members_that_are_none_are_left_out(self, hub: Hub, seed_member: SeedMember) -> None:
        seed_member("Created")
        _status, _headers, document = send(hub, "POST", "/members/get", {"AccountIds": [MEMBER]})
        assert not {"Email", "InvitedAt"} & set(document["Members"][0])

    @pytest.mark.parametrize(
        ("method", "path", "body", "words"),
        [
            ("POST", "/members/get", {}, "AccountIds"),
            ("POST", "/members/get", {"AccountIds": MEMBER}, "AccountIds"),
            ("POST", "/members/get", {"AccountIds": [222233334444]}, "AccountIds"),
            ("POST", "/members/get", {"AccountIds": [" "]}, "pattern|match"),
            ("POST", "/members/get", {"AccountIds": ["22223333444"]}, "22223333444"),
            (
                "POST",
                "/members/get",
                {"AccountIds": [FULLWIDTH]},
                "out-of-range",
            ),
            ("POST", "/members/get", {"AccountIds": [MEMBER], "Colour": "red"}, "Colour"),
            ("POST", "/members", {"AccountDetails": []}, "AccountDetails"),
            ("POST", "/members", {"AccountDetails": [{"Email": "a@b.example"}]}, "AccountId"),
            ("GET", "/members?MaxResults=51", None, "MaxResults"),
            ("GET", "/members?MaxResults=0", None, "MaxResults"),
            ("GET", "/members?MaxResults=many", None, "MaxResults"),
            ("GET", "/members?OnlyAssociated=perhaps", None, "OnlyAssociated"),
            ("GET", "/members?NextToken=made-up", None, "NextToken"),
            ("PATCH", "/accounts", {"ControlFindingGenerator": "BOTH"}, "STANDARD_CONTROL"),
            ("POST", "/tags/arn", {"Tags": {}}, "Tags"),
            ("POST", "/tags/arn", {"Tags": {f"tag{number}": "" for number in range(51)}}, "Tags"),
        ],
    )
    def test_malformed_requests(self, hub: Hub, method: str, path: str, body: Any, words: str) -> None:
        hub.seed(hubs=[{"account_id": ADMINISTRATOR, "region": DEFAULT_REGION}])
        status, _headers, document = send(hub, method, path, body)
        assert (status, document["Code"]) == (400, "InvalidInputException")
        assert any(word in document["Message"] for word in words.split("|"))

    @pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
    def test_bodies_that_are_no_json_object(self, hub: Hub, body: bytes) -> None:
        status, _headers, document = send(hub, "POST", "/members/get", body)
        assert (status, document["Code"]) == (400, "SerializationException")

    def test_operations_that_are_not_there(self, hub: Hub) -> None:
        assert send(hub, "GET", "/nowhere")[0] == 404
        status, _headers, document = send(hub, "POST", "/findings", {})
        assert (status, document["Code"]) == (404, "UnknownOperationException")
        assert "GetFindings" in document["Message"]

    def test_connections_stay_open(self, hub: Hub) -> None:
        connection = http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=60)
        connection.request("GET", "/_hub/health")
        connection.getresponse().read()
        first = connection.sock
        connection.request("GET", "/_hub/health")
        assert connection.getresponse().status == 200
        assert connection.sock is first
        connection.close()

    def test_small_answers_are_not_held_back(self) -> None:
        options: list[int] = []

        class Recording(Handler):
            def handle(self) -> None:
                options.append(self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                super().handle()

        # Nagle's algorithm against delayed acknowledgements would make it 40 ms a call.
        with HubServer(0, quiet=True) as server:
            server.RequestHandlerClass = Recording
            threading.Thread(target=server.serve_forever, daemon=True).start()
            assert Hub(server.url).health() == {"status": "ok"}
            server.shutdown()
        assert options == [1]


class TestAccounts:
    """Keys, accounts, Regions, roles."""

    def test_key_of_nobody(self, hub: Hub) -> None:
        status, _headers, document = send(hub, "GET", "/members", key="AKIAIOSFODNN7EXAMPLE")
        assert (status, document["Code"]) == (403, "UnrecognizedClientException")
        assert document["Message"] == "The security token included in the request is invalid."
        assert hub.counts()["calls"] == {"ListMembers": 1}

    def test_no_key_at_all(self, hub: Hub) -> None:
        status, _headers, document = send(hub, "GET", "/members", key="")
        assert (status, document["Code"]) == (403, "MissingAuthenticationTokenException")

    @pytest.mark.parametrize(
        ("service", "operation", "code", "status"),
        [
            ("sts", "get_caller_identity", "InvalidClientTokenId", 403),
            ("iam", "list_roles", "InvalidClientTokenId", 403),
            ("ec2", "describe_regions", "AuthFailure", 401),
        ],
    )
    def test_key_of_nobody_elsewhere(
        self, client: Client, service: str, operation: str, code: str, status: int
    ) -> None:
        nobody = client(service=service, aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
        assert error_of(getattr(nobody, operation)) == (code, status)

    def test_accounts_and_regions_are_apart(self, hub: Hub, client: Client) -> None:
        client().enable_security_hub()
        assert error_of(client(MEMBER).describe_hub)[0] == "InvalidAccessException"
        assert error_of(client(region_name="us-east-1").describe_hub)[0] == "InvalidAccessException"
        assert client().describe_hub()["HubArn"].startswith(f"arn:aws:securityhub:eu-west-1:{ADMINISTRATOR}:")
        assert list(hub.state()["hubs"]) == [ADMINISTRATOR]

    def test_other_partitions(self, client: Client) -> None:
        china = client(region_name="cn-north-1")
        china.enable_security_hub()
        arn = china.describe_hub()["HubArn"]
        assert arn == f"arn:aws-cn:securityhub:cn-north-1:{ADMINISTRATOR}:hub/default"
        china.tag_resource(ResourceArn=arn, Tags={"team": "security"})
        assert china.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"team": "security"}

    def test_who_am_i(self, client: Client) -> None:
        identity = client(MEMBER, "sts").get_caller_identity()
        assert identity["Account"] == MEMBER
        assert identity["Arn"] == f"arn:aws:iam::{MEMBER}:user/hub"

    def assume(self, client: Client) -> dict[str, str]:
        """Client options with the temporary keys of a role in MEMBER's account."""
        keys = client(service="sts").assume_role(RoleArn=ROLE, RoleSessionName="onboard")["Credentials"]
        return {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }

    def test_assumed_role_acts_in_the_other_account(self, hub: Hub, client: Client) -> None:
        keys = self.assume(client)
        identity = client(service="sts", **keys).get_caller_identity()
        assert identity["Account"] == MEMBER
        assert identity["Arn"] == f"arn:aws:sts::{MEMBER}:assumed-role/Onboarding/onboard"
        client(**keys).enable_security_hub()
        assert list(hub.state()["hubs"]) == [MEMBER]
        assert hub.counts()["other"] == {"sts:AssumeRole": 1, "sts:GetCallerIdentity": 1}

    def test_moto_keeps_the_accounts_apart_too(self, client: Client) -> None:
        keys = self.assume(client)
        client(service="iam", **keys).create_user(UserName="in-the-member")
        users = client(MEMBER, "iam").list_users()["Users"]
        assert [user["Arn"] for user in users] == [f"arn:aws:iam::{MEMBER}:user/in-the-member"]
        assert client(service="iam").list_users()["Users"] == []

    def test_service_linked_role_that_is_there_already(self, client: Client) -> None:
        iam = client(service="iam")
        parameters = {"AWSServiceName": "securityhub.amazonaws.com"}
        iam.create_service_linked_role(**parameters)
        assert error_of(iam.create_service_linked_role, **parameters) == ("InvalidInput", 400)

    def test_denied_role(self, hub: Hub, client: Client) -> None:
        hub.seed(denied_roles=[MEMBER])
        parameters = {"RoleArn": ROLE, "RoleSessionName": "onboard"}
        assert error_of(client(service="sts").assume_role, **parameters) == ("AccessDenied", 403)
        hub.seed(allowed_roles=[MEMBER])
        assert self.assume(client)

    def test_regions_of_ec2(self, client: Client) -> None:
        names = {row["RegionName"] for row in client(service="ec2").describe_regions()["Regions"]}
        assert {"eu-west-1", "us-east-1"} <= names


class TestPaging:
    """Lists come in pages of at most 50."""

    def test_members(self, hub: Hub, client: Client) -> None:
        ids = [f"4{number:011}" for number in range(120)]
        row = {"administrator_id": ADMINISTRATOR, "region": DEFAULT_REGION}
        hub.seed(members=[{**row, "account_id": account_id} for account_id in ids])
        pages = list(client().get_paginator("list_members").paginate(OnlyAssociated=False))
        assert [len(page["Members"]) for page in pages] == [50, 50, 20]
        assert [member["AccountId"] for page in pages for member in page["Members"]] == ids
        assert client().list_members()["Members"] == []

    def test_a_full_last_page_has_no_token(self, client: Client, seed_member: SeedMember) -> None:
        seed_member("Enabled")
        seed_member("Enabled", account_id="333344445555")
        first = client().list_members(MaxResults=1)
        second = client().list_members(MaxResults=1, NextToken=first["NextToken"])
        assert [page["Members"][0]["AccountId"] for page in (first, second)] == [MEMBER, "333344445555"]
        assert "NextToken" not in second
        assert error_of(client().list_invitations, NextToken=first["NextToken"])[0] == "InvalidInputException"

    def test_invitations(self, hub: Hub, client: Client) -> None:
        inviters = [f"5{number:011}" for number in range(60)]
        row = {"region": DEFAULT_REGION, "account_id": MEMBER, "member_status": "Invited"}
        hub.seed(members=[{**row, "administrator_id": inviter} for inviter in inviters])
        hub.seed(hubs=[{"account_id": MEMBER, "region": DEFAULT_REGION}])
        pages = list(client(MEMBER).get_paginator("list_invitations").paginate())
        assert [len(page["Invitations"]) for page in pages] == [50, 10]
        assert client(MEMBER).get_invitations_count()["InvitationsCount"] == 60


class TestControl:
    """What others' tests stand on."""

    def test_seed_is_consistent(self, hub: Hub, client: Client) -> None:
        regions = ["eu-west-1", "us-east-1"]
        row = {"administrator_id": ADMINISTRATOR, "account_id": MEMBER, "member_status": "Enabled"}
        hub.seed(members=[{**row, "regions": regions}])
        state = hub.state()
        assert sorted(state["hubs"]) == [ADMINISTRATOR, MEMBER]
        assert sorted(state["hubs"][MEMBER]) == regions
        for region in regions:
            member = client(MEMBER, region_name=region).get_administrator_account()["Administrator"]
            assert (member["AccountId"], member["MemberStatus"]) == (ADMINISTRATOR, "Enabled")
            assert hub.status(ADMINISTRATOR, region, MEMBER) == "Enabled"
        assert hub.status(ADMINISTRATOR, "eu-west-1", "333344445555") is None

    def test_seeded_invitation_is_pending(self, hub: Hub, seed_member: SeedMember) -> None:
        seed_member("Invited", email="owner@example.com")
        state = hub.state()
        member = state["members"][ADMINISTRATOR][DEFAULT_REGION][MEMBER]
        assert (member["email"], member["member_status"]) == ("owner@example.com", "Invited")
        assert state["invitations"][MEMBER][DEFAULT_REGION] == [
            {"administrator_id": ADMINISTRATOR, "invitation_id": member["invitation_id"], "status": "Invited"}
        ]
        assert list(state["hubs"]) == [ADMINISTRATOR]

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            ({"colours": []}, "colours"),
            ({"hubs": [{"account_id": "1", "region": "eu-west-1"}]}, "12 digits"),
            ({"hubs": [{"account_id": MEMBER}]}, "region"),
            ({"members": [{"administrator_id": MEMBER, "account_id": MEMBER, "status": "Created"}]}, "status"),
        ],
    )
    def test_bad_seeds(self, hub: Hub, body: dict[str, Any], words: str) -> None:
        with pytest.raises(HubError, match=words):
            hub.seed(**body)

    def test_seed_refuses_two_administrators(self, hub: Hub, seed_member: SeedMember) -> None:
        seed_member("Enabled")
        row = {"administrator_id": "333344445555", "region": DEFAULT_REGION, "account_id": MEMBER}
        with pytest.raises(HubError, match=f"already administered by {ADMINISTRATOR}"):
            hub.seed(members=[{**row, "member_status": "Enabled"}])

    def test_counts(self, hub: Hub, client: Client, seed_member: SeedMember) -> None:
        seed_member("Created")
        client().get_members(AccountIds=[MEMBER, "333344445555"])
        client().get_members(AccountIds=[MEMBER])
        client().invite_members(AccountIds=[MEMBER])
        client().invite_members(AccountIds=[MEMBER])
        counts = hub.counts()
        assert counts["calls"] == {"GetMembers": 2, "InviteMembers": 2}
        assert counts["by_region"] == {DEFAULT_REGION: counts["calls"]}
        assert (counts["reads"], counts["writes"]) == (2, 2)
        assert counts["invitations"] == {ADMINISTRATOR: {DEFAULT_REGION: {MEMBER: 1}}}
        assert counts["invited_again"] == counts["invitations"]
        assert counts["max_ids"] == {"GetMembers": 2, "InviteMembers": 1}
        assert counts["requested_ids"] == {"GetMembers": 3, "InviteMembers": 2}
        hub.reset_counts()
        assert hub.counts()["calls"] == {}
        assert hub.status(ADMINISTRATOR, DEFAULT_REGION, MEMBER) == "Invited"

    def test_reset_forgets_everything(self, hub: Hub, client: Client, seed_member: SeedMember) -> None:
        seed_member("Created")
        hub.switches(wording="administrator")
        hub.fault(kind="throttle")
        hub.seed(denied_roles=[MEMBER], organization_accounts=[MEMBER])
        hub.reset()
        assert not any(hub.state().values())
        counts = hub.counts()
        assert not any(counts.pop("signed").values())
        assert not any(counts.values())
        assert hub.faults() == []
        assert hub.switches()["wording"] == "master"

    def test_reset_begins_with_what_it_is_given(self, hub: Hub, seed_member: SeedMember) -> None:
        seed_member("Created")
        hub.fault(kind="throttle")
        members = [
            {
                "administrator_id": ADMINISTRATOR,
                "account_id": MEMBER,
                "region": DEFAULT_REGION,
                "member_status": "Invited",
            }
        ]
        hub.reset(seed={"members": members}, faults=[{"kind": "not_opted_in", "region": "ap-east-1"}])
        assert hub.status(ADMINISTRATOR, DEFAULT_REGION, MEMBER) == "Invited"
        assert [fault["kind"] for fault in hub.faults()] == ["not_opted_in"]

    def test_unknown_paths_say_what_there_is(self, hub: Hub) -> None:
        status, _headers, document = send(hub, "GET", "/_hub/weather")
        assert status == 404
        assert "POST /_hub/seed" in document["error"]

    def test_environment_is_all_that_boto3_needs(self, hub: Hub) -> None:
        program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
        environment = {"PATH": os.environ["PATH"], **hub.environment(MEMBER)}
        assert credentials(MEMBER).items() <= environment.items()
        output = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        assert output.stdout.decode().strip() == MEMBER


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_cleanly(number: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "local_hub", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        line = process.stdout.readline() if process.stdout else ""
        assert line.startswith("The local Security Hub is ready at http://127.0.0.1:")
        url = line.split()[-1]
        boto3.client(
            "securityhub",
            endpoint_url=url,
            region_name=DEFAULT_REGION,
            aws_access_key_id=access_key(MEMBER),
            aws_secret_access_key=SECRET_KEY,
        ).enable_security_hub()
        process.send_signal(number)
        errors = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert "POST /accounts" in errors
    assert "Traceback" not in errors


def test_the_server_ends_with_a_program_that_is_killed() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    program = (
        "from local_hub.control import running_hub\nwith running_hub() as hub: print(hub.url, flush=True); input()"
    )
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        hub = Hub(process.stdout.readline().strip() if process.stdout else "")
        assert hub.health() == {"status": "ok"}
        process.kill()
        process.communicate(timeout=60)  # the server has the error output too, so it ends with the server
    with pytest.raises(OSError, match=r"refused|reset|closed"):
        hub.health()


@pytest.mark.parametrize("options", [[], ["--tls"]])
def test_the_printed_exports_are_all_that_a_client_needs(options: list[str]) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "local_hub", "--port", "0", "--quiet", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        lines = list(iter((process.stdout or io.StringIO()).readline, "Ctrl+C ends the server.\n"))
        exports = "".join(line for line in lines if line.startswith("export "))
        program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
        script = f'{exports}"{sys.executable}" -c "{program}"'
        told = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
        process.send_signal(signal.SIGTERM)
    assert told.stdout.strip() == "999988887777", told.stderr
    assert f"act as the account {told.stdout.strip()}:" in "".join(lines)


def test_a_port_that_is_taken(server: Hub) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "local_hub", "--port", str(urlsplit(server.url).port)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert process.returncode == 1
    assert "cannot be opened" in process.stderr
