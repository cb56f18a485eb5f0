"""UK Parliament's APIs (developer.parliament.uk): written questions, written statements, committee publications."""

from __future__ import annotations

from breakeven_errors import SourceError
from crawler.document import Document
from crawler.frontier import Found, Lead, Page
from crawler.source import Source
from crawler.spiders.listings import add, following, with_query
from crawler.spiders.pages import article, check, complete
from crawler.spiders.wordpress import json_of, plain
from crawler.spiders.words import iso_date

QUESTIONS = "https://questions-statements-api.parliament.uk/api/writtenquestions/questions"
STATEMENTS = "https://questions-statements-api.parliament.uk/api/writtenstatements/statements"
PUBLIC = "https://questions-statements.parliament.uk"


def questions(answer: Page, source: Source) -> Found:
    """A page of answered questions. The list cuts texts, so each is asked for by id; a foreign answering body fails.

    The API drops a parameter that it does not know without a word, and then lists every department's questions.
    """
    data = json_of(answer, dict)
    found = Found()
    body = answer.lead.hints.get("answering_body", "")
    for row in (each["value"] for each in data["results"]):
        if str(row["answeringBodyId"]) != body:
            raise SourceError(
                f"{answer.url}: lists body {row['answeringBodyId']}, not {body}: the API ignores the filter"
            )
        if row.get("answerIsHolding") or not row.get("dateAnswered"):
            found.left_out += 1
            continue
        hints = {"title": row["heading"] or row["uin"], "native_id": f"question/{row['id']}"}
        stamp = row.get("dateAnswerCorrected") or row["dateAnswered"]
        lead = Lead(f"{QUESTIONS}/{row['id']}", "question", stamp, iso_date(row["dateAnswered"]), hints)
        add(found, source, lead, f"{row.get('questionText', '')} {plain(row.get('answerText') or '')}")
    found.following = _more(answer, source, data["totalResults"], len(data["results"]))
    return found


def question(answer: Page, source: Source) -> Found:
    """One question with its whole answer; its public page is built of the day tabled and the UIN."""
    row = json_of(answer, dict)["value"]
    url = f"{PUBLIC}/written-questions/detail/{row['dateTabled'][:10]}/{row['uin']}"
    body = f"<h2>Question</h2><p>{row['questionText']}</p><h2>Answer</h2>{row['answerText']}"
    document = article(row["heading"], body, answer, url)
    document.published = iso_date(row["dateAnswered"])
    document.updated = iso_date(row.get("dateAnswerCorrected"))
    document.reference = row["uin"]
    document.publisher = row.get("answeringBodyName") or None
    return _statement(document, url, answer, source)


def statements(answer: Page, source: Source) -> Found:
    """A page of written statements; each is asked for by id."""
    data = json_of(answer, dict)
    found = Found()
    for row in (each["value"] for each in data["results"]):
        hints = {"title": row["title"], "native_id": f"statement/{row['id']}"}
        lead = Lead(f"{STATEMENTS}/{row['id']}", "statement", row["dateMade"], iso_date(row["dateMade"]), hints)
        add(found, source, lead, f"{plain(row.get('text') or '')} {row.get('answeringBodyName', '')}")
    found.following = _more(answer, source, data["totalResults"], len(data["results"]))
    return found


def statement(answer: Page, source: Source) -> Found:
    """One written statement."""
    row = json_of(answer, dict)["value"]
    url = f"{PUBLIC}/written-statements/detail/{row['dateMade'][:10]}/{row['uin'].lower()}"
    document = article(row["title"], row["text"], answer, url)
    document.published = iso_date(row["dateMade"])
    document.publisher = row.get("answeringBodyName") or None
    document.reference = row["uin"]
    return _statement(document, url, answer, source)


def _statement(document: Document, url: str, answer: Page, source: Source) -> Found:
    document.kind = "statement"
    complete(document, answer, source)
    document.url, document.aliases = url, []
    check(document, answer, source)
    return Found(documents=[document])


def committees(answer: Page, source: Source) -> Found:
    """A page of a committee's publications, whose files are on the API's host; the public page is never asked."""
    data = json_of(answer, dict)
    found = Found()
    for row in data["items"]:
        for number, each in enumerate(row.get("documents", [])):
            files = [entry["url"] for entry in each.get("files", []) if entry.get("url")]
            if files:
                hints = {
                    "title": row["description"],
                    "native_id": f"publication/{row['id']}/{number}",
                    "kind": "statement",
                }
                hints["publisher"] = (row.get("committee") or {}).get("name") or source.name
                add(found, source, Lead(files[0], "file", published=iso_date(row["publicationStartDate"]), hints=hints))
    found.following = _more(answer, source, data["totalResults"], len(data["items"]), names=("Skip", "Take"))
    return found


def _more(
    answer: Page, source: Source, total: int, here: int, names: tuple[str, str] = ("skip", "take")
) -> Lead | None:
    behind = int(answer.lead.hints.get("behind", "0")) + here
    if not here or behind >= total:
        return None
    lead = following(answer, source, with_query(answer.url, **{names[0]: behind}))
    if lead:
        lead.hints["behind"] = str(behind)
    return lead
