"""The API door of simulations; calls the same services and selectors as the pages."""
