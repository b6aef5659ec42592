"""Deployments: they happened."""

from __future__ import annotations

from ingest.expectation import Expectation, past

SUITE: tuple[Expectation, ...] = (past("deployed_at"),)
