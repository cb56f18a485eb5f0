"""Address to page: every route of the site."""

from __future__ import annotations

from collections.abc import Callable

from web import api
from web.page import page
from web.pages import boards, changes, document, fact, home, organisation, reference, search, surveys, trackers

FORMAT = r"(?:\.(?P<format>json|csv|atom))?"

ROUTES: list[tuple[str, Callable]] = [
    (r"^/$", page("home.html", home.home)),
    (rf"^/search{FORMAT}$", page("search.html", search.search)),
    (rf"^/(?:job-cuts|savings|deficits){FORMAT}$", page("tracker.html", trackers.tracker)),
    (rf"^/surveys{FORMAT}$", page("surveys.html", surveys.surveys)),
    (rf"^/map{FORMAT.replace('|atom', '')}$", page("map.html", boards.boards)),
    (r"^/organisations$", page("organisations.html", organisation.register)),
    (rf"^/organisation/(?P<id>[^/.]+){FORMAT}$", page("organisation.html", organisation.organisation)),
    (r"^/announcement/(?P<id>[^/]+)$", page("announcement.html", organisation.announcement)),
    (r"^/fact/(?P<id>[^/]+)$", page("fact.html", fact.fact)),
    (r"^/document/(?P<id>[^/]+)$", page("document.html", document.document)),
    (r"^/document/(?P<id>[^/]+)/version/(?P<version>[^/]+)$", page("version.html", document.version)),
    (r"^/document/(?P<id>[^/]+)/compare$", page("compare.html", document.compare)),
    (r"^/feed\.(?P<format>atom)$", page("", changes.feed)),
    (r"^/feeds$", page("feeds.html", reference.feeds)),
    (r"^/accuracy$", page("accuracy.html", reference.accuracy)),
    (r"^/sources$", page("sources.html", reference.sources)),
    (r"^/corrections$", page("corrections.html", reference.corrections)),
    (r"^/about$", page("about.html", reference.about)),
    (r"^/api$", page("api.html", reference.api)),
    (r"^/openapi\.json$", page("", api.openapi)),
    (r"^/reconcile$", api.reconcile),
    (r"^/robots\.txt$", page("", api.robots)),
    (r"^/sitemap\.xml$", page("", api.sitemap_index)),
    (r"^/sitemap-(?P<name>[a-z]+)-(?P<part>[1-9]\d{0,5})\.xml$", page("", api.sitemap)),
]
