"""The API door of prompts; calls the same services and selectors as the pages."""
