"""The catalogue's token rows as forgeries, in one list."""

from collections.abc import Sequence

from attacks.forge import Row
from attacks.forged_claims import (
    a20_expiry,
    a22_not_yet,
    a23_issuer_audience_type,
    a23_subject_and_shape,
)
from attacks.forged_headers import (
    a01_no_algorithm,
    a03_hmac_with_what_is_public,
    a05_swapped_algorithm,
    a06_embedded_key,
    a07_fetched_key,
    a08_injected_kid,
    a10_critical_members,
)
from attacks.forged_shapes import (
    a12_encrypted_or_packed,
    a13_other_serialisations,
    a14_oversized,
    a15_malleable_base64,
    a19_json_read_in_two_ways,
)

ROWS: Sequence[Row] = (
    a01_no_algorithm,
    a03_hmac_with_what_is_public,
    a05_swapped_algorithm,
    a06_embedded_key,
    a07_fetched_key,
    a08_injected_kid,
    a10_critical_members,
    a12_encrypted_or_packed,
    a13_other_serialisations,
    a14_oversized,
    a15_malleable_base64,
    a19_json_read_in_two_ways,
    a20_expiry,
    a22_not_yet,
    a23_issuer_audience_type,
    a23_subject_and_shape,
)
