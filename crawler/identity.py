"""One address for one thing: the canonical form that documents are known by. Requests go to the address as found."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

# NOISE: also cache busters and session ids
CAMPAIGN = re.compile(r"utm_.*|fbclid|gclid|mc_[ce]id", re.IGNORECASE)
NOISE = re.compile(rf"{CAMPAIGN.pattern}|ver|v|t|cachebuster|phpsessid|sessionid|jsessionid", re.IGNORECASE)


def canonical(url: str) -> str:
    """The address without scheme differences, ``www.``, port, fragment, noise in its query, or a slash at its end.

    >>> canonical("http://www.Example.org/news/item/?utm_source=x&b=2&a=1#top")
    'https://example.org/news/item?a=1&b=2'
    """
    parts = urlsplit(canonicalize_url(url.strip()))
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not NOISE.fullmatch(key)]
    path = parts.path.rstrip("/") or "/"
    return urlunsplit(("https", host(url), path, urlencode(query), ""))


def public(url: str) -> str:
    """The address to show: as it was asked, without marks of campaigns and fragment."""
    parts = urlsplit(url.strip())
    query = [
        (key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not CAMPAIGN.fullmatch(key)
    ]
    kept = parts.query if len(query) == len(parse_qsl(parts.query, keep_blank_values=True)) else urlencode(query)
    return parts._replace(query=kept, fragment="").geturl()


def host(url: str) -> str:
    """The host of an address in lower case, without ``www.`` and port."""
    return (urlsplit(url.strip()).hostname or "").removeprefix("www.")


def within(url: str, hosts: list[str]) -> bool:
    """Whether an address is on one of the hosts or a subdomain of one; ``["*"]`` allows every host."""
    name = host(url)
    return "*" in hosts or any(
        name == (bare := each.removeprefix("www.")) or name.endswith(f".{bare}") for each in hosts
    )
