"""The wire models of the key set (RFC 7517) and of the server's metadata (RFC 8414)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PublicKey(BaseModel):
    """A public key: `crv`, `x` and `y` of an elliptic curve, or `n` and `e` of RSA."""

    model_config = ConfigDict(extra="forbid")

    kty: Literal["EC", "RSA"]
    kid: str = Field(description="RFC 7638 thumbprint; the `kid` of the tokens it has signed.")
    use: Literal["sig"]
    alg: Literal["ES256", "RS256"]
    crv: Literal["P-256"] | None = None
    x: str | None = None
    y: str | None = None
    n: str | None = None
    e: str | None = None


class KeySet(BaseModel):
    """A JWK Set (RFC 7517 §5): what is going to sign, what signs, and what has signed lately."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "keys": [
                    {
                        "kty": "EC",
                        "kid": "HnGgq8bLPiRJKR2WoWA8Cl0vTHxFLiX34cEG3UkfgHk",
                        "use": "sig",
                        "alg": "ES256",
                        "crv": "P-256",
                        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                    }
                ]
            }
        }
    )

    keys: list[PublicKey] = Field(min_length=1)


class ServerMetadata(BaseModel):
    """What the server offers (RFC 8414 §2). Only what answers is named."""

    issuer: str = Field(description="The `iss` of every token.")
    jwks_uri: str | None = Field(None, description="Left out where one secret signs and verifies.")
    token_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str] = Field(
        description="Empty: there is no authorization endpoint."
    )
    grant_types_supported: list[str]
    revocation_endpoint: str
    introspection_endpoint: str | None = Field(
        None, description="Left out where no client may ask about tokens."
    )
    introspection_endpoint_auth_methods_supported: list[str] | None = None
