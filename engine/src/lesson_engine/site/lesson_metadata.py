"""What search engines and registries read: Bioschemas' TrainingMaterial as JSON-LD."""

import json
from collections.abc import Mapping
from typing import Any

from lesson_engine.core.lesson import Lesson


def json_ld(lesson: Lesson, page: str, title: str | None) -> str:
    """Describe a page.

    Args:
        lesson: the lesson.
        page: its name, such as "episodes/05-fit-cnn".
        title: its title, which may hold HTML; None for the lesson's own.

    Returns: JSON text that is safe within <script>.
    """
    config = lesson.config
    lesson_title = config.get("title", "Lesson")
    described = {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "http://purl.org/dc/terms/conformsTo": {
            "@id": "https://bioschemas.org/profiles/TrainingMaterial/1.0-RELEASE",
            "@type": "CreativeWork",
        },
        "name": title or lesson_title,
        "description": config.get("description", lesson_title),
        "keywords": config.get("keywords", ""),
        "license": config.get("license", ""),
        "inLanguage": config.get("lang", "en"),
        "dateCreated": str(config.get("created", "")),
        "creativeWorkStatus": config.get("life_cycle", ""),
        "url": _address(config, page),
        "isPartOf": {"@type": "LearningResource", "name": lesson_title},
    }
    text = json.dumps({name: value for name, value in described.items() if value})
    return text.replace("<", "\\u003c")


def _address(config: Mapping[str, Any], page: str) -> str:
    base = str(config.get("url", "")).rstrip("/")
    return f"{base}/{page}.html" if base else ""
