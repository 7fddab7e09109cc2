"""The API door of the catalog; calls the same services and selectors as the pages."""
