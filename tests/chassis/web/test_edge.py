"""What every service does with a request before a route sees it, and with an answer after."""

import time

import asyncpg
import pytest

from chassis.web.edge import EdgeSettings
from chassis.web.probes import Probes
from tests.chassis.web.service import build, client

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    "address",
    [
        "/v1/notes/%00",
        "/v1/notes/a%00b",
        "/v1/notes?q=%00",
        "/v1/notes?q=a&limit=1%00",
        "/v1/notes?%00=a",
        "/v1/notes/%ff",
        "/v1/notes?q=%ff",
        "/v1/notes?q=%c4%fa%ba%c3",
        "/v1/notes?q=%ed%a0%80",
        "/v1/notes/%c0%80",
        "/v1/%00",
        "/%ff",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
async def test_an_address_that_holds_nul_or_no_utf8_is_a_bad_request(method: str, address: str) -> None:
    async with client() as notes:
        answer = await notes.request(method, address)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == PROBLEM


async def test_an_address_in_utf8_is_read_as_it_was_meant() -> None:
    async with client() as notes:
        answer = await notes.get("/v1/notes", params={"q": "路灯 100%"})

    assert answer.json()["q"] == "路灯 100%"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("PATCH", "/v1/notes", 405),
        ("GET", "/v1/notes?limit=many", 422),
        ("GET", "/v1/broken", 500),
        ("GET", "/v1/away", 503),
        ("GET", "/v1/broken/", 500),
        ("POST", "/v1/hot", 400),
    ],
)
async def test_every_failure_is_a_problem_document(method: str, path: str, status: int) -> None:
    async with client() as notes:
        answer = await notes.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == status
    assert answer.json()["title"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_a_wrong_parameter_is_told_in_chinese() -> None:
    async with client() as notes:
        answer = await notes.get("/v1/notes?limit=many")

    assert answer.json()["errors"] == [{"field": "limit", "reason": "应为整数"}]


@pytest.mark.parametrize(
    "path", ["/v1/notes", "/v1/notes/1", "/healthz", "/readyz", "/metrics", "/openapi.json"]
)
async def test_head_answers_what_get_does_without_the_body(path: str) -> None:
    async with client() as notes:
        got, head = await notes.get(path), await notes.head(path)

    assert head.status_code == got.status_code == 200
    assert head.content == b""
    same = (
        ("content-type", "etag", "vary")
        if path == "/metrics"
        else ("content-type", "content-length", "etag", "vary")
    )
    for name in same:
        assert head.headers.get(name) == got.headers.get(name)


async def test_head_on_a_stream_ends_with_the_headers() -> None:
    async with client() as notes:
        answer = await notes.head("/v1/stream")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/notes", "GET, HEAD, OPTIONS, POST"),
        ("/v1/notes/1", "DELETE, GET, HEAD, OPTIONS"),
        ("/v1/hot", "OPTIONS, POST"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ],
)
async def test_what_may_be_done_at_a_path_is_told_by_options_and_with_every_405(
    path: str, methods: str
) -> None:
    async with client() as notes:
        options, wrong = await notes.options(path), await notes.request("BREW", path)

    assert (options.status_code, options.headers["allow"]) == (204, methods)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, methods)
    assert wrong.headers["content-type"] == PROBLEM


async def test_there_are_no_options_where_there_is_nothing() -> None:
    async with client() as notes:
        assert (await notes.options("/nowhere")).status_code == 404


async def test_a_slash_at_the_end_changes_nothing() -> None:
    async with client() as notes:
        plain, slashed = await notes.get("/v1/notes"), await notes.get("/v1/notes/")
        hot = await notes.post("/v1/hot/", json={"text": "a"})

    assert slashed.status_code == 200
    assert slashed.content == plain.content
    assert hot.status_code == 202


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/json", 200),
        ("application/*;q=0.5", 200),
        ("text/html, application/xml;q=0.9, */*;q=0.8", 200),
        ("APPLICATION/JSON", 200),
        ("", 200),
        ("application/xml", 406),
        ("image/png", 406),
        ("application/json;q=0", 406),
        ("application/json; q=0.000", 406),
    ],
)
async def test_what_a_client_cannot_read_is_not_sent_to_it(accept: str, status: int) -> None:
    async with client() as notes:
        assert (await notes.get("/v1/notes", headers={"Accept": accept})).status_code == status


async def test_every_answer_carries_the_headers_of_a_careful_server() -> None:
    async with client(build(EdgeSettings(https=True))) as notes:
        answers = [
            await notes.get("/v1/notes"),
            await notes.get("/nowhere"),
            await notes.post("/v1/hot", json={"text": "a"}),
        ]

    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "camera=()" in answer.headers["permissions-policy"]
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert "server" not in answer.headers


async def test_without_https_no_browser_is_told_to_insist_on_it() -> None:
    async with client() as notes:
        assert "strict-transport-security" not in (await notes.get("/v1/notes")).headers


@pytest.mark.parametrize("name", ["Authorization", "X-Query-Code"])
async def test_an_answer_to_somebody_who_says_who_asks_is_kept_by_no_cache(name: str) -> None:
    async with client() as notes:
        public, private = await notes.get("/v1/notes/1"), await notes.get("/v1/notes/1", headers={name: "x"})

    assert public.headers["cache-control"] == "no-cache"
    assert "no-store" in private.headers["cache-control"]
    assert "private" in private.headers["cache-control"]
    assert name.lower() in public.headers["vary"]


async def test_a_big_answer_is_compressed_for_who_can_read_it() -> None:
    async with client() as notes:
        big = await notes.get("/v1/notes", headers={"Accept-Encoding": "gzip"})
        small = await notes.get("/v1/notes/1", headers={"Accept-Encoding": "gzip"})
        plain = await notes.get("/v1/notes", headers={"Accept-Encoding": "identity"})
        again = await notes.get("/v1/notes", headers={"If-None-Match": big.headers["etag"]})

    assert big.headers["etag"].startswith("W/")
    assert big.headers["content-encoding"] == "gzip"
    assert big.headers["etag"] == plain.headers["etag"]
    assert int(big.headers["content-length"]) < len(plain.content) / 10
    assert big.json() == plain.json()
    assert "content-encoding" not in small.headers
    assert again.status_code == 304


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example"]
)
async def test_a_foreign_name_does_not_lead_here(host: str) -> None:
    async with client(build(EdgeSettings(hosts=frozenset()))) as notes:
        answer = await notes.get("/v1/notes", headers={"Host": host})

    assert answer.status_code == 421
    assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:18001", "[::1]:80", "10.0.0.7", "Intake:8000"])
async def test_an_address_and_a_listed_name_lead_here(host: str) -> None:
    async with client(build(EdgeSettings(hosts=frozenset(("intake",))))) as notes:
        assert (await notes.get("/v1/notes", headers={"Host": host})).status_code == 200


async def test_pages_of_a_listed_origin_may_call_and_others_may_not() -> None:
    edge = build(EdgeSettings(origins=("https://paper.example",)))
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key"}
    async with client(edge) as notes:
        listed = await notes.options("/v1/notes", headers={"Origin": "https://paper.example"} | ask)
        other = await notes.options("/v1/notes", headers={"Origin": "https://evil.example"} | ask)
        read = await notes.get("/v1/notes", headers={"Origin": "https://paper.example"})
    async with client() as notes:
        unset = await notes.get("/v1/notes", headers={"Origin": "https://paper.example"})

    assert listed.headers["access-control-allow-origin"] == "https://paper.example"
    assert "access-control-allow-origin" not in other.headers
    assert "ETag" in read.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in unset.headers


async def test_a_database_that_is_away_tells_nobody_its_address() -> None:
    async def ready() -> str:
        raise asyncpg.InvalidPasswordError(
            "password authentication failed for postgresql://intake:secret@10.0.0.3"
        )

    async def away() -> str:
        raise OSError("cannot reach postgresql://intake:secret@10.0.0.3")

    for probe in (ready, away):
        async with client(build(probes=Probes(ready=probe))) as notes:
            answer = await notes.get("/readyz")

        assert answer.status_code >= 500
        assert "secret" not in answer.text
        assert "10.0.0.3" not in answer.text


async def test_what_only_some_requests_need_is_told_and_takes_nobody_out() -> None:
    async with client(build(probes=Probes(without=lambda: "S3: there is no such bucket"))) as notes:
        answer = await notes.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "reason": "", "without": "S3: there is no such bucket"}


async def test_a_cookie_that_is_dear_to_read_is_read_by_nobody() -> None:
    dear = 'x="' + '\\"' * 15_000 + '"'
    async with client() as notes:
        started = time.process_time()
        answer = await notes.get("/v1/notes", headers={"Cookie": dear})

    assert answer.status_code == 200
    assert time.process_time() - started < 1
