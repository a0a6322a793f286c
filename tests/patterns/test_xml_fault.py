"""An XML answer says its code and all its sentences."""

from __future__ import annotations

import pytest

from dlq.patterns.fingerprint.unpacking.xml_fault import xml_fault


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no XML: a < b", None),
        ("<_InactiveRpcError of RPC that ended>", None),
        ("got <Error><Code>AccessDenied</Code><Message>No.</Message></Error>", ("AccessDenied", "got No.")),
        (
            "<e:Fault><faultcode>e:Server</faultcode><faultstring>Failed</faultstring><d><statusMessage>Street is missing."
            "</statusMessage></d></e:Fault>",
            ("e:Server", "Failed Street is missing."),
        ),
        (
            '<ApiException xmlns="x"><Message>Invalid</Message><E><Message xsi:type="a">No items</Message></E></ApiException>',
            ("ApiException", "Invalid No items"),
        ),
    ],
)
def test_code_and_sentences_are_read(text: str, expected: tuple[str, str] | None) -> None:
    assert xml_fault(text) == expected
