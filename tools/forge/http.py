"""One small HTTP client for forges: what is repeated, what is not, how long it waits, and where the token goes.

A GET, PATCH or PUT may be repeated: twice the same leaves the same. A POST is sent again only when the forge said that
it did nothing (rate limits) or never heard of it (no connection); otherwise the error is `unavailable`, and the caller
has to look before sending again (`settled`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from perfagent.tools.errors import ForgeError
from perfagent.tools.forge.access import split_address
from perfagent.tools.forge.clock import Clock, SystemClock
from perfagent.tools.forge.records import Sending

if TYPE_CHECKING:
    import httpx

Result = TypeVar("Result")

ATTEMPTS = 4
#: GitHub's pace for requests that make something
#: (docs.github.com, "Best practices for using the REST API", "Pause between mutative requests").
WRITE_PACE_S = 1.0
#: A secondary limit asks for at least a minute; who would have to wait longer is told when to come back instead.
LONGEST_WAIT_S = 90.0
FIRST_WAIT_S = 1.0
#: After a write whose answer was lost: forges show a new pull request within seconds, not at once.
LOOK_AFTER_S = (2.0, 5.0)
TIMEOUT_S = 30.0
REDIRECTS = (301, 302, 307, 308)
MOST_REDIRECTS = 3
#: More pages than this are a forge that sends us in circles (30 000 pull requests).
MOST_PAGES = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case, `document` is None when the body is empty or no JSON."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    document: Any
    is_json: bool


#: Turns an answer that is no success into the error to raise; the number is the time now.
Refusal = Callable[[Answer, float], ForgeError]


class Client:
    """HTTP to one forge.

    Args:
        base: the API's address; paths of requests are appended to it.
        headers: sent with every request to the base's own origin, and with none that leaves it.
        refusal: how this forge says no.
        clock: the time.
    """

    def __init__(self, base: str, headers: Mapping[str, str], refusal: Refusal, clock: Clock | None = None) -> None:
        self.base = base.rstrip("/")
        self.clock: Clock = clock or SystemClock()
        self._headers = dict(headers)
        self._refusal = refusal
        self._http: httpx.Client | None = None
        self._last_write = -WRITE_PACE_S

    def get(self, path: str, **query: str | int) -> Any:
        """The document at a path; raises ForgeError."""
        return self._repeated("GET", self._address(path, query), None).document

    def pages(self, path: str, **query: str | int) -> Iterator[Any]:
        """The items of a list, over all its pages as the `Link` header names them (RFC 8288); raises ForgeError."""
        address: str | None = self._address(path, {"per_page": 100, **query})
        for _ in range(MOST_PAGES):
            if address is None:
                return
            answer = self._repeated("GET", address, None)
            if not isinstance(answer.document, list):
                raise _nonsense(answer)
            yield from answer.document
            address = _next_page(answer)
        raise ForgeError("unavailable", f"{self.base} goes on listing after {MOST_PAGES} pages")

    def send(self, sending: Sending, *, repeatable: bool = False) -> Any:
        """Send a write and hand back the document it answers with.

        Args:
            sending: what to send.
            repeatable: whether a POST twice leaves the same as once.

        Raises:
            ForgeError: refused; `unavailable` when a POST that is not repeatable may have arrived or not.
        """
        self.clock.sleep(max(0.0, self._last_write + WRITE_PACE_S - self.clock.now()))
        try:
            repeatable = repeatable or sending.method != "POST"
            return self._repeated(sending.method, sending.url, sending.body, repeatable=repeatable).document
        finally:
            self._last_write = self.clock.now()

    def settled(self, sending: Sending, parse: Callable[[Any], Result], look: Callable[[], Result | None]) -> Result:
        """Send a POST so that it takes effect once.

        Args:
            sending: what to send.
            parse: reads its answer.
            look: finds what it would have made, None when it is not there.

        Raises:
            ForgeError: refused, or still unanswered after it was sent twice.
        """
        for last in (False, True):
            try:
                return parse(self.send(sending))
            except ForgeError as error:
                found = self._seen(look) if error.kind == "unavailable" else _existing(error, look)
                if found is not None:
                    return found
                if last or error.kind != "unavailable":
                    raise
        raise AssertionError("the second attempt returns or raises")

    def _seen(self, look: Callable[[], Result | None]) -> Result | None:
        """What a write of unknown fate made, after giving the forge the time to show it."""
        for wait in LOOK_AFTER_S:
            self.clock.sleep(wait)
            if (found := look()) is not None:
                return found
        return None

    def _address(self, path: str, query: Mapping[str, str | int]) -> str:
        return self.base + path + (f"?{urlencode(query)}" if query else "")

    def _repeated(self, method: str, url: str, body: Mapping[str, Any] | None, *, repeatable: bool = True) -> Answer:
        """One request, repeated where that is harmless and may help."""
        from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

        def helps(error: BaseException) -> bool:
            return (
                isinstance(error, ForgeError)
                and error.wait_s is not None
                and error.wait_s <= LONGEST_WAIT_S
                and (repeatable or error.kind == "rate" or isinstance(error.__cause__, _never_sent()))
            )

        def pause(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.wait_s if isinstance(error, ForgeError) and error.wait_s else 0.0
            return max(asked, FIRST_WAIT_S * 2.0 ** (state.attempt_number - 1))

        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=pause,
            retry=retry_if_exception(helps),
            sleep=self.clock.sleep,
            reraise=True,
        )
        return retrying(self._exchange, method, url, body)

    def _exchange(self, method: str, url: str, body: Mapping[str, Any] | None) -> Answer:
        """One request with its redirects: a renamed repository answers with its new address."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._once(method, url, body)
            if answer.status in REDIRECTS and "location" in answer.headers:
                url = self._moved(method, url, answer.headers["location"])
            elif answer.status >= 300:
                raise self._refusal(answer, self.clock.now())
            elif answer.status != 204 and not answer.is_json:
                raise _nonsense(answer)
            else:
                return answer
        raise ForgeError("unavailable", f"{self.base} redirects in circles")

    def _moved(self, method: str, url: str, location: str) -> str:
        """Where a redirect leads, when it may be followed."""
        new = _joined(url, location)
        if _origin(new) == _origin(self.base):
            return new
        host = urlsplit(new).hostname
        if method != "GET" or not new.startswith("https://"):
            remedy = "give its address with --api-url if that is right"
            raise ForgeError("missing", f"the repository has moved to {host}", remedy)
        return new

    def _once(self, method: str, url: str, body: Mapping[str, Any] | None) -> Answer:
        import httpx

        if self._http is None:
            # A connection that was kept may be gone when the next request needs it, and a POST lost on it would have
            # to be looked for.
            limits = httpx.Limits(max_keepalive_connections=0)
            self._http = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, limits=limits)
        headers = self._headers if _origin(url) == _origin(self.base) else {}
        try:
            got = self._http.request(method, url, headers=headers, json=body)
        except (httpx.TransportError, httpx.InvalidURL, httpx.DecodingError) as error:
            host = urlsplit(url).hostname
            raise ForgeError(
                "unavailable", f"{host} does not answer ({error or type(error).__name__})", wait_s=0.0
            ) from error
        return _answer(method, got)


def _never_sent() -> tuple[type[Exception], ...]:
    """Errors of a request of which the forge has not seen a byte."""
    import httpx

    return httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout


def _existing(error: ForgeError, look: Callable[[], Result | None]) -> Result | None:
    """What stands in the way of a write that was refused, if it is what the write would have made."""
    return look() if error.kind in ("conflict", "invalid") else None


def _answer(method: str, got: httpx.Response) -> Answer:
    try:
        document, is_json = got.json() if got.content else None, bool(got.content)
    except ValueError:
        document, is_json = None, False
    headers = {name.lower(): value for name, value in got.headers.items()}
    return Answer(method, str(got.url), got.status_code, headers, document, is_json)


def _nonsense(answer: Answer) -> ForgeError:
    host = urlsplit(answer.url).hostname
    message = f"{host} answered {answer.status} with something else than was asked for"
    return ForgeError("unavailable", message, "check --api-url and the proxy", status=answer.status)


def _next_page(answer: Answer) -> str | None:
    """The address of the page after this one; never one on another origin, which would be sent the token."""
    import httpx

    links = httpx.Response(200, headers={"link": answer.headers.get("link", "")}).links
    following = links.get("next", {}).get("url")
    if following is None:
        return None
    address = _joined(answer.url, following)
    if _origin(address) != _origin(answer.url):
        raise ForgeError(
            "unavailable", f"the next page of {answer.url} is on another host, {urlsplit(address).hostname}"
        )
    return address


def _joined(url: str, reference: str) -> str:
    """Where an answer points to; raises ForgeError when that is no address."""
    try:
        joined = urljoin(url, reference)
    except ValueError:
        joined = ""
    parts = split_address(joined)
    if parts is None or not parts.hostname:
        raise ForgeError("unavailable", f"{url} leads to {reference!r}, which is no address")
    return joined


def _origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port (RFC 6454)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
