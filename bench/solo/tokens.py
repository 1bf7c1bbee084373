"""Times the service's verification of a token beside the bare signature check it contains."""

import base64
import gc
import json
import statistics
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from authsvc.core.clock import SystemClock
from authsvc.keys.material import make_key, prepare
from authsvc.tokens.keyring import KeyRing
from authsvc.tokens.service import TokenService

_TOKENS = 2000
_REPEATS = 20
_MILLION = 1e6


def main() -> None:
    """Print the medians over many tokens, in microseconds."""
    material = make_key("ES256")
    signing, verification = prepare("ES256", material)
    service = TokenService("https://auth.example.com", SystemClock())
    service.use(KeyRing([verification]), signing)
    private = load_pem_private_key(material, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("not an EC key")
    public = private.public_key()
    algorithm = ec.ECDSA(SHA256())
    raw, first, again = [], [], []
    texts = [_token(service) for _ in range(_TOKENS)]
    gc.disable()
    for text in texts:
        signed, _, signature = text.rpartition(".")
        message, proof = signed.encode(), _der(signature)
        t0 = perf_counter()
        public.verify(proof, message, algorithm)
        t1 = perf_counter()
        service.verify(text)
        t2 = perf_counter()
        for _ in range(_REPEATS):
            service.verify(text)
        t3 = perf_counter()
        raw.append(t1 - t0)
        first.append(t2 - t1)
        again.append((t3 - t2) / _REPEATS)
    medians = {"raw": raw, "first": first, "again": again}
    print(json.dumps({n: statistics.median(times) * _MILLION for n, times in medians.items()}))


def _token(service: TokenService) -> str:
    now = datetime.now(UTC).replace(microsecond=0)
    return service.issue(
        user_id=uuid4(),
        session_id=uuid4(),
        expires_at=now + timedelta(minutes=15),
        scope="",
        auth_time=now,
        amr=["pwd"],
    ).text


def _der(signature: str) -> bytes:
    """Turn a JWS signature (RFC 7518 §3.4) into the form that the library takes."""
    raw = base64.urlsafe_b64decode(signature + "==")
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))


if __name__ == "__main__":
    main()
