"""The ISWC network: what agencies send to the ISWC database and hear from it, over REST, in JSON files and in EDI.

``transactions`` is what is said, ``json`` and ``edi`` how it is written, ``rules`` what the database would refuse.
Source: see each module; nothing here is an official specification, and definitions change.
"""
