"""The rows a fresh installation starts with, one CSV a table; ``mappings.tables`` reads them and nobody else does.

``sources.csv`` says which edition of which public list each table follows.
"""
