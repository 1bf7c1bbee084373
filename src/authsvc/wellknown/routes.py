"""`GET /.well-known/jwks.json` and `/.well-known/oauth-authorization-server`, from memory alone."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse

from authsvc.core.errors import NotFound
from authsvc.core.openapi import problems
from authsvc.grants.service import DEFAULT_SCOPE
from authsvc.keys.life import MAX_AGE
from authsvc.keys.service import KeyService
from authsvc.wellknown.metadata import ServerPolicy
from authsvc.wellknown.schemas import KeySet, ServerMetadata

router = APIRouter(tags=["wellknown"])

# Whoever asks, from wherever: there is nothing in here that is not for everybody.
_FOR_EVERYBODY: Mapping[str, str] = {
    "Cache-Control": f"public, max-age={int(MAX_AGE.total_seconds())}",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class KeySetResponse(JSONResponse):
    """A key set, in its own media type (RFC 7517 §8.5.2)."""

    media_type = "application/jwk-set+json"


async def get_keys(request: Request) -> KeyService:
    """Return the key ring."""
    keys: KeyService = request.app.state.keys
    return keys


async def get_server_policy(request: Request) -> ServerPolicy:
    """Return what the metadata is made of."""
    policy: ServerPolicy = request.app.state.server_policy
    return policy


KeysDep = Annotated[KeyService, Depends(get_keys)]
ServerPolicyDep = Annotated[ServerPolicy, Depends(get_server_policy)]


@router.get(
    "/.well-known/jwks.json",
    summary="Get the keys that tokens are verified with",
    response_class=KeySetResponse,
    response_model=KeySet,
    responses=problems(NotFound),
)
async def key_set(keys: KeysDep) -> KeySetResponse:
    """Send the JWK Set. With HS256 there is none: what verifies could sign as well."""
    public = keys.current.public
    if not public:
        raise NotFound("Tokens are signed with a secret (HS256). There are no public keys.")
    return KeySetResponse({"keys": public}, headers=_FOR_EVERYBODY)


@router.get(
    "/.well-known/oauth-authorization-server",
    summary="Get the server's metadata",
    response_model_exclude_none=True,
)
async def metadata(response: Response, policy: ServerPolicyDep) -> ServerMetadata:
    """Send what the server offers (RFC 8414)."""
    response.headers.update(_FOR_EVERYBODY)
    issuer = policy.issuer
    return ServerMetadata(
        issuer=issuer,
        jwks_uri=f"{issuer}/.well-known/jwks.json" if policy.has_key_set else None,
        token_endpoint=f"{issuer}/auth/token",
        scopes_supported=[DEFAULT_SCOPE],
        response_types_supported=[],
        grant_types_supported=["refresh_token"],
        revocation_endpoint=f"{issuer}/auth/revoke",
        introspection_endpoint=f"{issuer}/auth/introspect" if policy.has_clients else None,
        introspection_endpoint_auth_methods_supported=(
            ["client_secret_basic"] if policy.has_clients else None
        ),
    )
