"""`GET /problems/{slug}`: what a refusal means and what to do, for the person who met it."""

from html import escape
from string import Template

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from authsvc.core.errors import NotFound, Problem
from authsvc.core.openapi import problems
from authsvc.core.pages import page

router = APIRouter(tags=["problems"])

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title · authsvc</title>
<link rel="icon" href="/static/favicon.svg">
<link rel="stylesheet" href="/static/authsvc.css">
<body class="centred">
<header class="brand">
<img src="/static/favicon.svg" alt="" width="32" height="32"><a href="/login">authsvc</a>
</header>
<main class="card prose">
<p><code>$status $slug</code></p>
<h1>$title</h1>
<p>$detail</p>
<p>$advice</p>
</main>
</body>
</html>
""")


@router.get(
    "/problems/{slug}",
    summary="Explain a problem",
    response_class=HTMLResponse,
    responses=problems(NotFound),
)
async def explain(slug: str) -> HTMLResponse:
    """Send the page of one kind of problem."""
    kind = next((kind for kind in Problem.kinds() if kind.slug == slug), None)
    if kind is None:
        raise NotFound
    advice = escape(kind.advice).replace("`", "")
    return page(
        _PAGE.substitute(
            title=escape(kind.title),
            status=kind.status,
            slug=kind.slug,
            detail=escape(kind.detail),
            advice=advice,
        )
    )
