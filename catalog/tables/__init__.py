"""Spreadsheets on their way in and out: what python-calamine, csv and XlsxWriter are used for.

Nothing here knows the catalog. The rules for what a cell means are in `catalog.domain`.
"""
