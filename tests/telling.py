"""Documents that tell of job cuts, for tests of what is made of figures."""

from gold_database import add_document, add_fact

AT = "2026-02-01T09:00:00Z"
LATER = "2026-03-01T09:00:00Z"
PLAN = {"unit": "posts", "kind": "job_cut", "organisation": "RX1", "period": "2025/26", "status": "planned"}


def tell(database, document, published, *told, kind="news", **columns):
    """A document in the database with figures: (words with the quote in brackets, value, changed columns)."""
    sentences = [words.replace("[", "").replace("]", "") for words, *_ in told]
    add_document(database, document, "\n".join(sentences), title=document, kind=kind, published=published, **columns)
    start = 0
    for n, (words, value, *more) in enumerate(told):
        quote = words[words.index("[") + 1 : words.index("]")]
        fact = PLAN | {"quote": quote, "sentence": sentences[n], "low": value, "high": value}
        fact |= more[0] if more else {}
        add_fact(database, document, n, **{"start": start + words.index("[")}, **fact)
        start += len(sentences[n]) + 1


def shed(value=430, **columns):
    return (f"The trust is to lose [{value} posts] this year.", value, columns)
