"""A line of a stack trace: which function of which file was called, and whether the code is somebody else's."""

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
    # C and C++
    r"|/usr/include/|/(?:raise|abort|vterminate)\.(?:c|cc)$|^(?:__\w|_?_?GI_|raise$|abort$)"
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

FRAMES = (
    # Python:      File "/srv/app/tasks.py", line 41, in resize
    re.compile(r'^\s*File "(?P<file>[^"\n]{1,500})", line \d+(?:,? in (?P<function>[^\n]{1,200}))?'),
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
    re.compile(
        r"^#\d+ (?P<file>[^\s(]{0,300}[./\\][^\s(]{1,300}|\[internal function\])(?:\(\d+\))?: (?P<function>[\w\\>:{}-]{1,200})"
    ),
    # C++:         #3 0x0000a1b2 in mail::Queue::send(Mail const&) at src/mail.cpp:41
    re.compile(
        r"^\s*#\d+ {1,3}(?:0x[0-9a-f]{1,16} in )?(?P<function>[\w:~<>]{1,200}) ?\([^\n]{0,500}\)(?: const)? (?:at )?"
        r"(?P<file>[^\s:]{1,300}\.(?:cc|cpp|cxx|c|hpp|hh|h)):\d+"
    ),
    # Rust:          12: app::mail::send
    re.compile(r"^\s*\d{1,4}: {1,8}(?:0x[0-9a-f]+ - )?(?P<function>(?:<?[A-Za-z_][\w]*)(?:::[\w<>{}#& ]+)+)()$"),
    # Elixir:      (app 0.1.0) lib/mail.ex:41: Mail.send/2
    re.compile(r"^\s*\((?P<file>\w{1,60} [\d.]{1,20}\) [\w./-]{1,200}\.exs?):\d+: (?P<function>[^\n(]{1,200})"),
)
NO_MESSAGE = re.compile(
    r"\s*at .{0,500}[:(][^\s:(]{0,500}\d+\)?$|\s+at [\w.$<>\[\]`|+/@-]{1,300}(?:\s?\(|$)|\s*File \""
    r"|\s+from .{1,300}:\d+|#\d+ (?:\[internal |[{/\\]|[A-Za-z]:\\|phar:|[\w\\]+(?:->|::))|\s+\d{1,4}: \S+::|\s*\{main\}"
    r"|\s*/\S{1,300}:\d+ in \S"
    r"|\s+/\S{1,300}\.go:\d+|goroutine \d|/\S{1,300}\.rb:\d+:in |\s*\[?\.\.\. "
)
"""Frames whose parts are of no use, or that were cut."""


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


def is_frame(line: str) -> bool:
    """Whether a line only says where something was called."""
    return bool(NO_MESSAGE.match(line)) or frame_of(line) is not None


def frames_of(text: str) -> Iterator[Frame]:
    for line in text.splitlines():
        if frame := frame_of(line):
            yield frame


def frame_of(line: str) -> Frame | None:
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
