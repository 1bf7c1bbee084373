"""Texts for the strict reading of JSON: doubled, broken, badly encoded, hard, and fine."""

from collections.abc import Mapping

from authsvc.core.gate import MAX_BODY

DOUBLED = (
    '{"a":1,"a":1}', '{"a":1,"a":2}', '{"a":1,"b":2,"a":3}', '{"":1,"":2}', '[{"a":1,"a":1}]',
    '{"x":{"a":1,"a":1}}', '{"a":{},"a":{}}', '{"a":1,"\\u0061":2}', '{"\\n":1,"\\u000a":1}',
    '{"é":1,"\\u00e9":1}', '{"\\ud83d\\ude00":1,"😀":1}', '[[[[{"a":[{"b":1,"b":1}]}]]]]',
)  # fmt: skip

NOT_DOUBLED = (
    '{"a":1,"A":2}', '[{"a":1},{"a":1}]', '{"a":{"a":{"a":1}}}', '{"e\u0301":1,"\u00e9":2}',
)  # fmt: skip

BADLY_ENCODED = (
    b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"\xfe\xff\x00{\x00}", b"{\x00}\x00", b"\x00{\x00}",
    b'"\xff"', b'"\xc3"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\xf5\x80\x80\x80"', b"\x80", b"\xfe",
    b'"\\ud800"', b'"\\udc00"', b'"\\ude00\\ud83d"', b'"\\ud83dx"', b'{"\\ud800":1}',
    b'["\\uDFFF"]', b'"\\ud83d\\ud83d\\ude00"', b'{"a":{"b":["x\\udfff"]}}',
)  # fmt: skip

BROKEN = (
    "", " ", "\n", "{", "}", "[", "]", "{]", "[}", '"', "'a'", "{a:1}", "{'a':1}", "[1,]", "[,1]",
    '{"a":1,}', '{"a"}', '{"a":}', "{1:1}", "01", "-01", "+1", ".5", "1.", "1e", "--1", "0x10",
    "1_0", "\uff11", "[\u0661]", "[\u00b2]", "True", "nul", "undefined", "1 2", "{}{}", "[] []",
    "1//x", "/**/1", "#\n1", '"\t"', '"\n"', '"\x00"', '"\x1f"', '"\\x41"', '"\\u12"', '"\\u12G4"',
    '"\\U00000041"', '"\\"', "\u00a01", "\u20281", "\x0b1", "\x0c1", "\x001", "1\x00", '"a" "b"',
    '"a"\\', '"\\\n"', '["a" 1]',
)  # fmt: skip

FINE = (
    "{}", "[]", '""', "0", "-0", "-0.0", "1e10", "1E-7", "true", "false", "null", " \t\r\n1\n ",
    '"\\ud83d\\ude00"', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000"', '"[[[{{{"', '"\\\\"', '"\\\\\\""',
    '["\x7f"]', '{"__proto__":1}', '{"a":[{"b":[{}]}]}', "9" * 4000, '"😀"', '"\u2028"', "5e-324",
)  # fmt: skip

# Of the size of the longest body, or larger.
HARD: Mapping[str, str] = {
    "depth 100 000": "[" * 100_000,
    "depth 100 000, closed": "[" * 100_000 + "]" * 100_000,
    "depth 100 000, objects": '{"a":' * 100_000,
    "deep after a string": '"\\"",' + "[" * 100_000,
    "as many names as fit": "{" + ",".join(f'"{n:x}":0' for n in range(1800)) + "}",
    "one name over and over": "{" + ",".join(['"a":0'] * 2700) + "}",
    "nothing but quotes": '"' * MAX_BODY,
    "escaped quotes, never closed": '"' + '\\"' * (MAX_BODY // 2 - 1),
    "escaped quotes, cut off": '"' + '\\"' * (MAX_BODY // 2 - 1) + "\\",
    "escaped line ends": '"\\\n' * (MAX_BODY // 3),
    "backslashes": '"' + "\\" * (MAX_BODY - 1),
    "a long string": '"' + "a" * (MAX_BODY - 2) + '"',
    "a long number": "1" * MAX_BODY,
    "a long fraction": "0." + "1" * (MAX_BODY - 2),
    "long numbers": "[" + ",".join(["9" * 4300] * 3) + "]",
    "escapes": '"' + "\\u0041" * (MAX_BODY // 6 - 1) + '"',
    "brackets and strings": '["' * (MAX_BODY // 2),
    "empty lists": "[" + "[]," * (MAX_BODY // 3 - 2) + "[]]",
    "spaces": " " * MAX_BODY,
}
