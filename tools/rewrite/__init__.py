"""The catalogue of rewrites that need no model: behaviour-preserving edits for a measured gate to judge."""

from perfagent.tools.rewrite.catalogue import catalogue, propose
from perfagent.tools.rewrite.markdown import catalogue_markdown
from perfagent.tools.rewrite.protocol import Rewrite, Rule

__all__ = ["Rewrite", "Rule", "catalogue", "catalogue_markdown", "propose"]
