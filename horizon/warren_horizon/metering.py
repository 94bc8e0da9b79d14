"""What Horizon's server asks of Warren's metering API.

Knows nothing of Django: the views hand it an endpoint and a token. No message of an error holds a
token.
"""

from urllib.parse import urlencode

import requests

#: No answer is longer, in bytes: a list of brokers, or one token.
LONGEST_ANSWER = 1 << 20


class MeteringError(Exception):
    """The metering API gave no usable answer. ``status`` is its HTTP status, or None."""

    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status

    @property
    def is_refusal(self):
        """Whether it was asked and said no: asking again changes nothing."""
        return self.status in (401, 403)


class Metering:
    """The metering API at ``endpoint``, asked with a user's Keystone ``token``."""

    def __init__(self, endpoint, token, timeout=5, verify=True):
        self._endpoint = endpoint.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._verify = verify

    def brokers(self):
        """The names of the brokers that the user sees, in the operator's order."""
        answer = self._ask("GET", "/v2/rabbit/brokers")
        try:
            if not isinstance(answer, list):
                raise TypeError("no list")
            return [str(broker["name"]) for broker in answer]
        except (KeyError, TypeError) as error:
            raise MeteringError("The metering API listed no brokers.") from error

    def guest_token(self, portal, origin, panels, brokers):
        """A guest token for pages of ``origin``: a dict with ``token`` and ``expires_at``.

        It never opens more than the user's own token, and ends no later.
        """
        wanted = {
            "portal": portal,
            "origin": origin,
            "panels": list(panels),
            "brokers": list(brokers),
        }
        answer = self._ask("POST", "/v2/rabbit/guest-tokens", wanted)
        try:
            return {
                "token": str(answer["token"]),
                "expires_at": str(answer["expires_at"]),
            }
        except (KeyError, TypeError) as error:
            raise MeteringError("The metering API gave no token.") from error

    def _ask(self, method, path, body=None):
        try:
            with requests.request(
                method,
                self._endpoint + path,
                json=body,
                headers={
                    "X-Auth-Token": self._token,
                    "Accept": "application/json",
                },
                timeout=self._timeout,
                verify=self._verify,
                # A token is for the one that the catalog names.
                allow_redirects=False,
                stream=True,
            ) as answer:
                return self._read(answer)
        except requests.RequestException as error:
            # Its text may quote the request.
            kind = type(error).__name__
            message = "The metering API does not answer (%s)." % kind
            raise MeteringError(message) from None

    @staticmethod
    def _read(answer):
        text = answer.raw.read(LONGEST_ANSWER + 1, decode_content=True)
        if answer.status_code == 401:
            raise MeteringError("The metering API does not accept the session.", 401)
        if answer.status_code == 403:
            raise MeteringError("The metering API does not show this to the account.", 403)
        if not 200 <= answer.status_code < 300 or len(text) > LONGEST_ANSWER:
            message = "The metering API answered with %d." % answer.status_code
            raise MeteringError(message, answer.status_code)
        answer._content = text
        try:
            return answer.json()
        except ValueError as error:
            raise MeteringError("The metering API answered with no JSON.") from error


def frame_url(base, panel, portal, broker, theme="light", lang="en"):
    """The address of Warren's frame. There is no token in it."""
    query = urlencode(
        {"portal": portal, "broker": broker, "theme": theme, "lang": lang}
    )
    return "%s/embed/%s?%s" % (base.rstrip("/"), panel, query)
