"""`authsvc.js` on a page of another origin of the same site, and requests that are hard to repeat."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Route

from pages.conftest import Account
from pages.tabs import QUIET_PAGE, Tab, enter, requests_for, sign_in
from serving import Served, free_port, serving
