"""The API door of what was heard; calls the same services and selectors as the pages."""
