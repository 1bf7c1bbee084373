"""Imports every room's tables, so that the metadata is whole. For migrations and tests only."""

from authsvc.core.model import metadata
from authsvc.keys import models as keys
from authsvc.revocations import models as revocations
from authsvc.sessions import models as sessions
from authsvc.users import models as users

__all__ = ["keys", "metadata", "revocations", "sessions", "users"]
