"""Records by the beginnings of their words."""

from sqlalchemy import Select, select

from local_node.search import rules
from local_node.search.models import SearchWord


def beginning(kind: str, word: str) -> Select[str]:
    """Ids of the records of a kind that have a word with this beginning."""
    return select(SearchWord.record_id).where(
        SearchWord.kind == kind, SearchWord.word >= word, SearchWord.word < rules.beyond(word)
    )
