"""What a part of this stack says over HTTP."""

import httpx2


def ask(url: str) -> httpx2.Response:
    """Raises httpx2.HTTPError. Certificates are read in for https only: it takes longer than a part's answer."""
    return httpx2.get(url, timeout=1, verify=url.startswith("https:"))
