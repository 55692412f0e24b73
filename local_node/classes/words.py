"""What the pages of creation classes say."""

from flask_babel import gettext as _

from local_node.classes.rules import Finding


def family_words(family: str) -> str:
    """A family of classes."""
    families: dict[str, str] = {
        "music": _("music"),
        "text": _("text"),
        "audiovisual": _("audiovisual"),
        "stage": _("stage"),
        "image": _("image"),
        "audio": _("audio"),
        "multimedia": _("multimedia"),
    }
    return families.get(family, family)


def rights_words(families: str) -> str:
    """Whose rights a class bears."""
    words: dict[str, str] = {
        "author": _("of authors"),
        "related": _("of performers and producers"),
        "author related": _("of authors, performers and producers"),
    }
    return words.get(families, families)


def finding_words(one: Finding) -> str:
    """What is wrong, as a sentence."""
    sentences: dict[str, str] = {
        "code-shape": _("A code has two to four capital letters or digits and begins with a letter."),
        "code-taken": _("There is a class with this code already."),
        "name-missing": _("The class needs a name in English; other languages fall back to it."),
        "rights-missing": _("Say whose rights the class bears."),
        "roles-missing": _("Name at least one role, or nobody could have a share."),
        "not-known": _("%(value)s is not known here.", value=one.value),
        "detail": _(
            "%(value)s cannot be read. Write name:type, such as pages:number, or colour:choice:red|blue.",
            value=one.value,
        ),
    }
    return sentences[one.code]
