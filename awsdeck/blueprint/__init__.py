"""Blueprints: a manifest and answers become the files of a new project."""

from __future__ import annotations

from .answers import Question
from .manifest import Blueprint
from .shelf import available, find

__all__ = ["Blueprint", "Question", "available", "find"]
