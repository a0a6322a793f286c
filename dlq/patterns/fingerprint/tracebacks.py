"""The exception and the innermost application frame of a traceback, as the usual languages print them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dlq.patterns.fingerprint.tokens import with_digits_masked

LIBRARY = re.compile(
    # Python, Node.js, Go, Ruby, PHP, Rust
    r"site-packages|dist-packages|/lib/python\d|<frozen |<string>|/node_modules/|\bnode:|^internal/|\(internal/|<anonymous>$"
    r"|/usr/local/go/|/pkg/mod/|/usr/lib/go|^(?:runtime|net|net/http|database/sql|reflect|sync)[./]|/gems/|/lib/ruby/|<internal:"
    r"|/vendor/|\.pyx$|\[internal function\]|/rustc/|/\.cargo/|^(?:core|std|alloc|tokio|futures\w*|hyper|reqwest|sqlx|anyhow)::"
    r"|^rust_begin_unwind|^__rust|^<(?:core|std|alloc|tokio|futures)"
    # Java and its relatives, .NET, Elixir
    r"|^(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|akka|groovy|io\.netty|io\.micrometer|io\.grpc|reactor|okhttp3|retrofit2"
    r"|org\.(?:springframework|hibernate|postgresql|apache|eclipse|jboss|junit|quartz|jooq|redisson|mariadb)"
    r"|com\.(?:zaxxer|fasterxml|mysql|microsoft\.sqlserver|amazonaws|google|rabbitmq|mongodb|squareup|stripe|oracle|netflix|jcraft)"
    r"|oracle|software\.amazon|redis\.clients|io\.lettuce|feign)\."
    r"|^(?:System|Microsoft|Npgsql|MySqlConnector|Newtonsoft|Polly|StackExchange|Hangfire|Quartz|MassTransit|Dapper|MailKit|RestSharp"
    r"|Azure|Amazon|Grpc)\."
    r"|^(?:elixir|stdlib|ecto|ecto_sql|db_connection|postgrex|myxql|phoenix|oban|finch|mint|req|jason|plug|swoosh|tesla) \d",
)
"""What a frame of somebody else's code has in its file or its function."""

CLASS = r"(?:[A-Za-z_][\w$]{0,99}(?:\.|::|\\|/)){0,12}[A-Za-z_][\w$]{0,99}"
HEADLINE = re.compile(
    r"^(?:(?:Uncaught|Unhandled|Fatal error:|PHP Fatal error:|Caused by:|\[cause\]:|--->|Error:"
    r"|Exception in thread \"[^\"\n]{0,100}\")\s+){0,3}"
    rf"(?P<class>{CLASS})(?:\s\[[\w-]{{1,40}}\]|\s\(0x[0-9a-fA-F]{{1,16}}\))?(?::\s?(?P<message>[^\n]{{0,2000}}))?$",
)
FRAMES = (
    # Python:      File "/srv/app/tasks.py", line 41, in resize
    re.compile(r'^\s*File "(?P<file>[^"\n]{1,500})", line \d+(?:, in (?P<function>[^\n]{1,200}))?'),
    # JavaScript:  at async send (/app/src/mail.js:41:15)
    re.compile(
        r"^\s+at (?:async )?(?:new )?(?P<function>[^\s(][^(\n]{0,200}?) \((?P<file>[^()\n]{1,500}?)(?::\d+){1,2}\)"
    ),
    re.compile(r"^\s+at (?:async )?(?P<file>(?:file://|webpack://|node:|[A-Za-z]:)?[^\s():]{1,500}):\d+:\d+$"),
    # Java:        at com.acme.Mailer.send(Mailer.java:41)
    re.compile(
        r"^\s*at (?:[\w.@-]{1,60}/{1,2})?(?P<function>[\w.$<>]{3,300})\((?P<file>"
        r"[\w$]{1,100}\.(?:java|kt|scala|groovy)(?::\d+)?|Native Method|Unknown Source|<generated>)\)"
    ),
    # .NET:        at Acme.Mailer.Send(String to) in /src/Mailer.cs:line 41
    re.compile(r"^\s+at (?P<function>[\w.`<>\[\]|+]{3,300})\([^)\n]{0,500}\)(?: in (?P<file>[^\n]{1,300}?):line \d+)?"),
    # Ruby:        from app/jobs/mail.rb:41:in `perform'
    re.compile(r"^\s*(?:from )?(?P<file>[^\s:]{1,300}\.(?:rb|erb|rake)):\d+:in [`'](?P<function>[^'\n]{1,200})'"),
    # PHP:         #1 /var/www/app/src/Mail.php(41): Mail->send()
    re.compile(r"^#\d+ (?P<file>[^\s(]{1,300}|\[internal function\])(?:\(\d+\))?: (?P<function>[\w\\>:{}-]{1,200})"),
    # Rust:          12: app::mail::send
    re.compile(r"^\s*\d{1,4}: {1,8}(?:0x[0-9a-f]+ - )?(?P<function>(?:<?[A-Za-z_][\w]*)(?:::[\w<>{}#& ]+)+)()$"),
    # Elixir:      (app 0.1.0) lib/mail.ex:41: Mail.send/2
    re.compile(r"^\s*\((?P<file>\w{1,60} [\d.]{1,20}\) [\w./-]{1,200}\.exs?):\d+: (?P<function>[^\n(]{1,200})"),
)
PYTHON_FRAME = re.compile(r'^ {0,8}File "[^"\n]{1,500}", line \d+, in ', re.MULTILINE)
NO_MESSAGE = re.compile(
    r"\s*at .{0,500}[:(][^\s]*\d+\)?$|\s+at [\w.$<>\[\]`|+/@-]{1,300}(?:\s?\(|$)|\s*File \""
    r"|\s+from .{1,300}:\d+|#\d+ (?:\[internal |[{/\\]|[A-Za-z]:\\|phar:|[\w\\]+(?:->|::))|\s+\d{1,4}: \S+::|\s*\{main\}"
    r"|\s*/\S{1,300}:\d+ in \S"
    r"|\s+/\S{1,300}\.go:\d+|goroutine \d|/\S{1,300}\.rb:\d+:in |\s*\[?\.\.\. "
)
"""Frames whose parts are of no use, or that were cut."""
GO_CALL = re.compile(r"^(?P<function>[\w./*()\[\]-]{1,200}[\w\])])\((?:[^\n]{0,300})\)$")
GO_PLACE = re.compile(r"^\s+(?P<file>/[^\s:]{1,300}\.go):\d+")
RUBY_HEAD = re.compile(
    r"^(?P<file>[^\s:]{1,300}\.rb):\d+:in [`'](?P<function>[^'\n]{1,200})': (?P<message>[^\n]{0,2000}?)"
    r" \((?P<class>[A-Z][\w:]{1,100})\)"
)
PHP_HEAD = re.compile(
    r"(?:Uncaught )?(?P<class>[A-Z][\w\\]{1,150})(?:: (?P<message>[^\n]{0,2000}?))?"
    r" in (?P<file>/[^\s:]{1,300}\.php)(?::\d+| on line \d+)"
)
RUST_PANIC = re.compile(
    r"panicked at (?:'(?P<old>[^\n]{0,1000})', )?(?P<file>[^\s:']{1,300}\.rs):\d+(?::\d+)?:?(?:\n(?P<message>[^\n]{0,2000}))?"
)
GO_PANIC = re.compile(r"^(?:[\w ]{0,30}panic: |(?=runtime error: ))(?P<message>[^\n]{0,2000})", re.MULTILINE)
ELIXIR_HEAD = re.compile(r"^\*\* \((?P<class>[\w.]{1,100})\) (?P<message>[^\n]{0,2000})", re.MULTILINE)


@dataclass(frozen=True)
class Frame:
    file: str
    function: str

    @property
    def is_library(self) -> bool:
        return bool(LIBRARY.search(self.file.replace("\\", "/")) or LIBRARY.search(self.function))

    def __str__(self) -> str:
        """The function with the end of its file's path: deployments put the same code into different folders."""
        tail = "/".join(re.split(r"[/\\]", self.file)[-2:])
        # What proxies and lambdas append is different in every process.
        function = re.sub(r"\$\$[^.]{1,200}|lambda\$|\$\d+", "", self.function).removeprefix("Object.")
        # A part of a function (Ruby's "block (2 levels) in run", Elixir's "anonymous fn/1 in run/2") is where the function is,
        # and how many arguments it takes is no name.
        function = re.sub(
            r"^(?:(?:block|rescue|ensure)(?: \(\d+ levels\))? in |anonymous fn/\d+ in )+|/\d+$", "", function
        )
        # What a compiler makes of an async method, and a bundler of a file, has a number of its own: <SendAsync>d__6,
        # main.83e9ef39.js.
        function = re.sub(r"<(\w{1,100})>[bdg]__[\w|]{1,20}(?:\.MoveNext)?", r"\1", function)
        bare = re.sub(r"[.-](?=[0-9a-f]*[0-9])[0-9a-f]{6,32}(?=\.(?:chunk\.)?m?js)", "", tail)
        tail = tail if bare == tail else with_digits_masked(bare)
        return f"{function} in {tail}" if function and tail else function or tail


@dataclass(frozen=True)
class Traceback:
    """`message` is what the exception says; `frame` None where every frame is somebody else's code."""

    exception: str
    message: str
    frame: Frame | None
    headline: str = ""
    """Where exception and message stand in a form of its own, the two as other languages write them."""


def traceback(text: str) -> Traceback | None:
    """None for a text without frames."""
    if "Traceback (most recent call last)" in text or PYTHON_FRAME.search(text):
        return _python(text)
    if panic := RUST_PANIC.search(text):
        frames = [Frame(panic["file"], ""), *(Frame("", frame.function) for frame in _frames(text) if not frame.file)]
        message = panic["old"] or panic["message"] or ""
        return Traceback("panic", message, _innermost(frames), f"panic: {message}")
    if "goroutine " in text and (panic := GO_PANIC.search(text)):
        return Traceback("panic", panic["message"], _innermost(list(_go_frames(text))), f"panic: {panic['message']}")
    frames = list(_frames(text))
    if head := RUBY_HEAD.search(text):
        frame = _innermost([Frame(head["file"], head["function"]), *frames])
        return Traceback(head["class"], head["message"], frame, _headline(head))
    if "Stack trace:" in text and (head := PHP_HEAD.search(text)):
        # The file of the headline has no function; the first frame tells which function was called from where.
        frame = _innermost([Frame(head["file"], ""), *frames])
        return Traceback(head["class"], head["message"] or "", frame, _headline(head))
    if not frames:
        return None
    if head := ELIXIR_HEAD.search(text):
        return Traceback(head["class"], head["message"], _innermost(frames), _headline(head))
    return _of_sections(text)


def _headline(head: re.Match[str]) -> str:
    return f"{head['class']}: {head['message'] or ''}"


def _python(text: str) -> Traceback:
    """The last block is the exception that got out, the first the one that it all began with."""
    # One whose beginning was cut off has only its end.
    blocks = text.split("Traceback (most recent call last)")[1:] or [text]
    exception, message = _python_exception(blocks[-1])
    root, _message = _python_exception(blocks[0])
    frames = [frame for line in blocks[-1].splitlines() if (frame := _frame(line))]
    if root and root != exception:
        exception = f"{exception} / {root}"
    return Traceback(exception, message, _innermost(frames[::-1]))


def _python_exception(block: str) -> tuple[str, str]:
    lines = [
        line for line in block.splitlines() if not line.startswith((" ", "During handling", "The above exception"))
    ]
    for number, line in reversed(list(enumerate(lines))):
        if (head := HEADLINE.match(line)) and (number == 1 or head["class"][-1:].isalpha()):
            return head["class"], head["message"] or ""
    return "", ""


def _of_sections(text: str) -> Traceback | None:
    """Java, JavaScript, .NET: an exception with its frames, then what it was caused by with its own; the last is the root.

    None where all of it was suppressed: a text cut off from what it failed beside.
    """
    sections: list[tuple[str, str, list[Frame]]] = []
    is_beside = False
    for line in text.splitlines():
        # What was suppressed failed beside the exception, not before it.
        is_beside = line.lstrip().startswith("Suppressed:") or (is_beside and not line.startswith("Caused by:"))
        if is_beside:
            continue
        if frame := _frame(line):
            if not sections:
                sections.append(("", "", []))
            sections[-1][2].append(frame)
        elif (head := HEADLINE.match(line.strip())) and (
            not sections or not sections[-1][0] or sections[-1][2] or _is_cause(line)
        ):
            sections.append((head["class"], head["message"] or "", []))
        elif not sections and line.strip():
            sections.append(("", line.strip(), []))
    if not sections:
        return None
    exception, message, frames = sections[-1]
    places = [_innermost(frames), *(_innermost(outer) for _class, _message, outer in reversed(sections[:-1]))]
    return Traceback(exception, message, next((place for place in places if place), None))


def is_frame(line: str) -> bool:
    """Whether a line only says where something was called."""
    return bool(NO_MESSAGE.match(line)) or _frame(line) is not None


def _is_cause(line: str) -> bool:
    return bool(re.match(r"\s*(?:Caused by:|\[cause\]:|--->)", line))


def _frames(text: str) -> Iterator[Frame]:
    for line in text.splitlines():
        if frame := _frame(line):
            yield frame


def _frame(line: str) -> Frame | None:
    if len(line) > 1000:
        return None
    for form in FRAMES:
        if match := form.match(line):
            parts = match.groupdict()
            file, function = parts.get("file") or "", (parts.get("function") or "").strip()
            # Java's file has the line in it and is named after the class, as .NET's is.
            return Frame(
                ""
                if re.search(
                    r"\.(?:java|kt|scala|groovy)(?::\d+)?$|\.(?:cs|vb|fs)$|^(?:Native Method|Unknown Source)", file
                )
                else file,
                function,
            )
    return None


def _go_frames(text: str) -> Iterator[Frame]:
    function = ""
    for line in text.splitlines():
        if call := GO_CALL.match(line):
            function = call["function"]
        elif function and (place := GO_PLACE.match(line)):
            yield Frame(place["file"], function)
            function = ""


def _innermost(frames: list[Frame]) -> Frame | None:
    """The first application frame of those given, innermost first."""
    return next((frame for frame in frames if not frame.is_library), None)
