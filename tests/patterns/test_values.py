"""Values without a form of their own are told by what stands around them, and names are not taken for values."""

from __future__ import annotations

import pytest

from dlq.patterns.fingerprint.masking.placeholders import parameterized
from tests.support.labelled import Text, grouped


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("feed Blumen am Tor: no price", "feed Kiosk & Sohn: no price"),
        ("customer Weingut Zur Linde, Inh. Petra Roth is blocked", "customer Ann Smith is blocked"),
        ("Für Herrn Novak liegt nichts vor", "Für Frau Yilmaz liegt nichts vor"),
        ("usage of Stadtwerke Bad Au (Test) is open", "usage of Verein Alte Mühle is open"),
        ("position 3 (Oak, planed) is short", "position 14 (Screws M8) is short"),
        ("cannot read /srv/in/May 2 - Ann & Bo (final).MOV: is empty", "cannot read /srv/in/a.mov: is empty"),
        ("Invoice May 2024 (copy).pdf: is signed", "scan0007.pdf: is signed"),
        ("bind as CN=svc sync (old),OU=Dienste,DC=a,DC=example failed", "bind as cn=web,ou=it,dc=b,dc=example failed"),
        ("Truncated value: 'we come with two dogs and'.", "Truncated value: 'Nous fêtons nos noces d'or'."),
        ("IBAN DE02…4711 is wrong", "IBAN LT12…0815 is wrong"),
        ("failed at line 3, input=[a;Hotel Krone;2]", "failed at line 8, input=[x;y]"),
        ("RequestID: 7F2A9, HostID: aa11, denied", "RequestID: , HostID: , denied"),
        ("no lock for job 84.", "no lock for job repeat:4caf15:1781304600000."),
        ("'utf-8' codec can't decode byte 0xe4 in position 3: invalid start byte",
         "'utf-8' codec can't decode bytes in position 3: invalid continuation byte"),
        ("Tour 12 (Kassel to Fulda) is late", "Tour 230 (Bremen to Oldenburg) is late"),
        ("does not fit (sent: 10115 Hamburg)", "does not fit (sent: 80331 Berlin)"),
        ("no tariff from DE to AT", "no tariff from PL to SE"),
        ("no seat at gate Y left", "no seat at gate M left"),
        ("refused, Peer=pacs-b:11112", "refused, Peer=pacs-a:104"),
        ("bad value for restricted picklist field: Arts & Crafts", "bad value for restricted picklist field: Farming"),
        ("data value too large: he called again (max length=255)", "data value too large: Re: x (max length=255)"),
        ("denied (Service: S3, Status Code: 403, Request ID: 7K)", "denied (Service: S3, Status Code: 403, Request ID: 9Z, "
         "Extended Request ID: null) (SDK Attempt Count: 1)"),
        ("remboursement à M. Idriss Le Goff refusé", "remboursement à Mme Zoé Vasseur refusé"),
        ("contract of customer Pfälzer Winzer eG expired", "contract of customer Nordholz expired"),
        ("room A13 is booked on Montag", "room B7 is booked on Mittwoch"),
        ("lib-a: volume is full", "lib-b: volume is full"),
        ("Datei storage/2024/amrum.pdf wurde nicht gefunden", "Datei storage/2023/mensa preise.pdf wurde nicht gefunden"),
        ("failed to parse date field [FW 23/24] with format", "failed to parse date field [0000-00-00] with format"),
        ("denied (mailbox 3)", "denied (mailbox 3, attempt 4)"),
        ("sent 12,004 bytes", "sent 410,221,003 bytes"),
        ("! [remote rejected] main -> main (hook declined)", "! [remote rejected] fix/x -> fix/x (hook declined)"),
        ('dup key: { region: "US", name: null }', 'dup key: { region: "EU", name: "I" }'),
        ("read from ns=10;s=::AsGlobalPV:GT09.batch: BadNodeId", 'read from ns=3;s="DB_1"."Temp": BadNodeId'),
        ("url: /v1/orders/88/x?sig=ab (refused)", "url: / (refused)"),
    ],
)  # fmt: skip
def test_values_are_masked(one: str, other: str) -> None:
    assert _masked(one) == _masked(other)


def _masked(text: str) -> str:
    """All kinds of masks alike."""
    masked = parameterized(text)
    for kind in ("id", "int", "hex", "iban", "path", "file", "token", "date"):
        masked = masked.replace(f"<{kind}>", "<value>")
    return masked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("unknown variant `x`, expected one of `open`, `paid`", "unknown variant `x`, expected one of `day`, `week`"),
        ("Cannot find module 'fast-xml-parser'", "Cannot find module 'date-fns-tz'"),
        ("Could not load assembly 'ClosedXML, Version=0.1'", "Could not load assembly 'CodePages, Version=8.0'"),
        ('column "Net price" not found', 'column "Supplier SKU" not found'),
        (
            'violates constraint "Task_owner_id_51b02e7c_fk_user_id"',
            'violates constraint "Task_set_id_a9e95da3_fk_set_id"',
        ),
        ("Pflichtfeld „Straße“ ist leer", "Pflichtfeld „Ort“ ist leer"),
        ("failed on the fields: (`shopId`,`sku`)", "failed on the fields: (`shopId`,`barcode`)"),
        ('the return value of "a.Order.getBilling()" is null', 'the return value of "a.Order.getShipping()" is null'),
        ("Validation failed for Customer: is invalid", "Validation failed for Invoice: is invalid"),
        ("'Number of Items' is required", "'Country of Origin' is required"),
        ("function Digest.Layout.render/2 is undefined", "function Digest.Footer.links/1 is undefined"),
        ("cannot go from `cancelled` to `shipped`", "cannot go from `draft` to `shipped`"),
        ("no transition from 'Paid' to 'Draft'", "no transition from 'Paid' to 'Open'"),
        ("answered #<Reply 404 Not Found body=>", "answered #<Reply 500 Internal Error body=>"),
        ("#<Error attribute=email, type=blank>", "#<Error attribute=name, type=blank>"),
        ("undefined method `x' for #<Order:0x1a>", "undefined method `x' for #<Invoice:0x1a>"),
        (
            "denied (Service: S3, Status Code: 403, Request ID: 7K)",
            "denied (Service: SQS, Status Code: 403, Request ID: 7K)",
        ),
        ("could not write Report: disk is full", "could not write Report: access is denied"),
    ],
)
def test_names_are_kept(one: str, other: str) -> None:
    assert parameterized(one) != parameterized(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("order 12 could not be shipped (payment declined)", "order 13 could not be shipped (out of stock)"),
        ("order 12 (payment declined) skipped", "order 13 (out of stock) skipped"),
        ("job 12 (Payment declined) skipped", "job 13 (Card expired) skipped"),
        ("row 3 (missing sku) skipped", "row 9 (missing price) skipped"),
        ("received a Bad Gateway is", "received a Service Unavailable is"),
        ("a Service Unavailable was returned by erp", "a Gateway Timeout was returned by erp"),
        ("an Internal Error was returned by erp", "an Invalid Request was returned by erp"),
        ("account Locked by admin", "account Suspended by admin"),
        ("customer Not Found in crm", "customer Already Exists in crm"),
        ("event order:123:not_found failed", "event order:77:already_paid failed"),
        ("job failed: order:123:not_found", "job failed: order:77:already_paid"),
        ("AB12 NOT FOUND HERE", "AB12 IS LOCKED NOW"),
        ("PO12 ERROR DENIED", "PO12 ERROR QUOTA"),
        ("error in app/models/user.rb:12 found", "error in app/models/order.rb:12 found"),
        ("12 Market rules failed", "12 Decimal rules failed"),
        ('TaskError("Import(Location(\\"shelf is missing\\"))")', 'TaskError("Import(Location(\\"shelf is full\\"))")'),
        ('TaskError("Detail(\\"shelf is missing\\")")', 'TaskError("Detail(\\"shelf is full\\")")'),
        (
            '#9 [a 4/6] RUN npm ci\n#9 1.2 something\nERROR: "npm ci" did not complete successfully: killed',
            '#9 [a 4/6] RUN npm ci\n#9 1.2 something\nERROR: "npm ci" did not complete successfully: lock file is old',
        ),
        ("Validation failed for Credit Note: is blank", "Validation failed for Invoice Line: is blank"),
        ("position 3 (too heavy) rejected", "position 3 (too long) rejected"),
        ("event 5 (no handler) dropped", "event 6 (bad signature) dropped"),
        ("invoice 5 (VAT id missing) not sent", "invoice 6 (IBAN missing) not sent"),
        ("Kunde Gesperrt kann nicht bestellen", "Kunde Unbekannt kann nicht bestellen"),
        ("provider: user Unknown (UID)", "provider: user Blocked (UID)"),
        ("booking 5 (Awaiting approval) kept", "booking 6 (Payment pending) kept"),
        ("customer Name is required", "customer Email is required"),
        ("no invoice for customer Phone is invalid", "no invoice for customer Email is invalid"),
        ("company City can't be blank", "company Street can't be blank"),
        ("machine 12 (E-Stop pressed) halted", "machine 13 (Door open) halted"),
        ("trip 12 (Driver ill) dropped", "trip 14 (Van broken) dropped"),
        ("Cannot convert Order to Invoice", "Cannot convert Quote to Contract"),
        ("cannot go from NEW to PAID", "cannot go from VOID to PAID"),
        ("error: 10054 Reset", "error: 10061 Timeout"),
        ("value too long for type text", "value too long for type name"),
        ("by nginx.conf is refused", "by php.ini is refused"),
    ],
)
def test_what_says_something_is_no_value(one: str, other: str) -> None:
    """Capitals, brackets and the place of a name make none of it."""
    texts = [Text("", "", "task", error, "") for error in (one, other)]
    assert len(set(grouped(texts).values())) == 2


def test_number_of_a_structure_is_no_code() -> None:
    texts = [Text("", "", "task", f'TaskError("Id(Number({number}))")', "") for number in (451, 9)]
    assert len(set(grouped(texts).values())) == 1
