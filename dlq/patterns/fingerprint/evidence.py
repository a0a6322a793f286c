"""What says that a stretch of an error's text is a value, and what says that it is a name of the program's own."""

from __future__ import annotations

import re

from dlq.patterns.fingerprint.tokens import MASKED

Words = tuple[str, ...]

CAPITAL = "[A-ZÀ-ÖØ-ÞĆČĎĐĞİĽŁŃŇŐŘŚŞŠŤŰŹŻŽȘȚ]"

NAME_BEFORE = re.compile(
    r"constraint|column|columns|field|fields|reading|key|keys|attribute|property|properties|method|function|module|parameter"
    r"|argument|index|relation|table|type|class|variable|variant|schema|operator|setting|option|header|placeholder|label|code|status|state"
    r"|reason|error|feld|spalte|champ|campo|invoke|because|desc|kind|sqlstate|errno|entity|action|command|operation|metric|format|validation|validator|serializer|mapping|mapper|converter|model|policy|rule|migration|encoding|event"
    r"|object|permission|scope|plugin|package|dependency|gem|handler|route|flag|feature|interface|selector|locator|xpath|identifier|symbol|clé|colonne|clave",
    re.IGNORECASE,
)
VALUE_BEFORE = re.compile(
    r"shop|store|product|article|artikel|produkt|file|datei|user|benutzer|username|customer|kunde|kundin|contact|kontakt|tenant"
    r"|mandant|member|mitglied|merchant|supplier|lieferant|vendor|partner|employee|guest|client|account|konto|city|warehouse"
    r"|lager|sku|host|hostname|worker|node|bucket|folder|template|vorlage|document|image|bild|recipient|sender|courier|carrier|bank|team|project"
    r"|printer|device|gate|room|branch|domain|organisation|organization|company|firma|campaign|locale|person|patient|author|owner"
    r"|queue|channel|topic|feed|region",
    re.IGNORECASE,
)
PERSON = "user|customer|tenant|client|member|merchant|supplier|vendor|partner|employee|shop|account"
HAS_A_NAME = (
    "customer|merchant|supplier|employee|guest|member|contact|patient|driver|warehouse|room|shop|store|branch|city|printer|feed"
    "|consignee|depot|carrier|venue|tenant|company|station|bay|campaign|account|Kunden?|Kundin|Lieferant(?:en)?|Mandant(?:en)?|Firma"
    "|vessel|ship|aircraft|broker|dealer|buyer|seller|payee|payer|debtor|creditor|beneficiary|holder|donor|sponsor|owner|landlord"
    "|artist|author|publisher|composer|player|team|club|band|court|parish|church|farm|park|vineyard|museum|passenger"
    "|teacher|doctor|lawyer|agent|applicant|family|Unternehmens?|Steuerpflichtigen?|Schuldner|Gläubiger|Mitglied|Mitarbeiter|Gericht|Schiff"
    "|adhérent|membre|socio|miembro|lid|City of|city of|Stadt"
    "|hotel|school|hospital|clinic|pharmacy|theatre|theater|client|Filiale|Behörde|Gemeinde|Klinik|Praxis|Mieter|Händler|Objekt|Lagerort"
    "|cliente|proveedor|fournisseur|leverancier|klant|fornitore|sucursal|tienda|loja|magasin|negozio|centro de distribuição"
)
"""Behind these words, in a sentence, a capitalised one is a name of somebody's or of a place."""
TITLES = r"Dr\.|Prof\.|Mr\.?|(?<![AP]\.)M\.|Mrs\.?|Ms\.?|Mme|Mlle|Herrn?|Frau|Sr\.|Sra\."
HAS_AN_ASIDE = (
    f"{HAS_A_NAME}|user|order|invoice|position|item|article|row|line|event|job|bestellung|rechnung|artikel|zeile|auftrag|buchung"
    "|reservation|réservation|booking|commande|pedido|stop"
)
"""Behind the number of one of these what stands in brackets says what it is: position 3 (Screws)."""
HAS_AN_ID = (
    "job|task|order|invoice|shipment|parcel|batch|session|message|user|customer|tenant|item|product|payment|event|run"
    "|document"
)
FIELDS = frozenset(
    """
    address amount balance bic birthday certificate city code consent contact contacts contract count country currency date email
    expiry gender group height iban id insurance language licence license limit locale logo name number password phone photo plan
    policy postcode price profile quantity quota rate record role secret segment settings size state status street tax temperature
    title token total type url vat visa weight zip
    """.split()  # noqa: SIM905
)
"""What customers and accounts have: behind one of them, customer Email is no name."""
SPEAKS = frozenset(
    """
    a aborted already and archived are awaiting because blocked can't cancelled cannot closed conflict could deadlock declined
    deleted denied did disabled do does duplicate empty error es est exceeded exceeds exception exists expected expired failed
    fails failure fehler fehlt forbidden found gateway gesperrt had has hat hatte have inactive incomplete internal invalid is
    ist kein keine keinen locked mismatch missing must n'est negative nicht no not of offline opted or out overdue pas pending
    refused rejected revoked service should suspended than tiene timeout too unavailable unbekannt unexpected unknown unpaid
    unsupported waiting war was were when while will would wurde
    """.split()  # noqa: SIM905
)
"""Words of a sentence: what has one of them is no value."""
PREPOSITIONS = frozenset(("for", "from", "in", "on", "at", "by", "after", "of", "to", "für", "von"))
JOINS = frozenset(
    """
    & and cm da de den der di du et kg l la le m ml mm of the und van von x xl y
    """.split()  # noqa: SIM905
)
"""Small words within names."""
IDENTIFIER = re.compile(
    r"[a-z]+(?:_[a-z]+)+|[a-z]+[A-Z]\w*|[A-Z][a-z]+(?:[A-Z][a-z]+)+|[A-Z]+(?:_[A-Z]+)+|\w+(?:\.\w+)+"
)


def ends_value(word: str) -> bool:
    """Whether what follows a value shows where it ends."""
    return word.lower() in SPEAKS or word.lower() in PREPOSITIONS or not word[0].isalnum()


def may_be_value(value: Words) -> bool:
    return not any(word.lower() in SPEAKS for word in value) and not any(word in (":", ";", "=") for word in value)


def looks_like_value(value: Words) -> bool:
    """Capitalised words, what has a digit or was masked, and small words between them."""
    strong = [word for word in value if word == MASKED or word[:1].isupper() or any(map(str.isdigit, word))]
    return (
        bool(strong)
        and all(word in strong or word.lower() in JOINS or not word[0].isalnum() for word in value)
        and not is_name(value)
    )


def is_name(value: Words) -> bool:
    return any(IDENTIFIER.fullmatch(word) for word in value)
