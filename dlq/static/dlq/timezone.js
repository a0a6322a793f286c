// Tells the server the browser's time zone, so that pages show times as the viewer's clock does.
"use strict";
{
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && !document.cookie.split("; ").includes(`dlq_tz=${zone}`)) {
        const secure = location.protocol === "https:" ? "; secure" : "";
        document.cookie = `dlq_tz=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
    }
}
