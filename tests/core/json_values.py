"""Any JSON value, for property tests: what tokens and bodies may be made to hold."""

from hypothesis import strategies as st

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda values: (
        st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=6), values, max_size=4)
    ),
    max_leaves=12,
)
