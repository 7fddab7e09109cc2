"""What the frame of every page needs: the workspace, its places, what waits there, how it looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

THEMES = frozenset({"light", "dark"})
DENSITIES = frozenset({"compact"})


def appearance(request: HttpRequest) -> dict[str, Any]:
    """Read the remembered theme and density, so that the first paint is already right."""
    theme = request.COOKIES.get("liner_theme", "")
    density = request.COOKIES.get("liner_density", "")
    return {
        "ui": {
            "theme": theme if theme in THEMES else "",
            "density": density if density in DENSITIES else "",
        }
    }
