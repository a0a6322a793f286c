-- Puts entries into the chains that they belong to. The placeholder links is a SELECT of `life` and `before`: an entry, and the one
-- of which its job was a requeue. A chain is called by its first life, as far as known: where that turns out to have come from
-- another entry, its whole chain becomes a part of that one's. Links may come in any order, and again.
WITH RECURSIVE link AS MATERIALIZED (
    {links}
),
walk AS (
    SELECT life, before AS first, 1 AS steps FROM link
    UNION ALL
    SELECT walk.life, coalesce(link.before, known.chain), walk.steps + 1
    FROM walk
    LEFT JOIN link ON link.life = walk.first
    LEFT JOIN dlq_chainlife known ON known.entry_id = walk.first AND known.chain <> walk.first
    -- Bounded, should ids that somebody used again ever lead in a circle.
    WHERE coalesce(link.before, known.chain) IS NOT NULL AND walk.steps < 1000
),
found AS MATERIALIZED (
    SELECT DISTINCT ON (life) life, first AS chain FROM walk ORDER BY life, steps DESC
),
lives AS (
    SELECT life AS entry_id, chain FROM found
    UNION
    SELECT link.before, found.chain FROM link JOIN found USING (life)
    UNION
    SELECT known.entry_id, found.chain FROM found JOIN dlq_chainlife known ON known.chain = found.life
)
INSERT INTO dlq_chainlife AS known (entry_id, chain, created_at)
SELECT DISTINCT ON (entry_id) entry_id, chain, now() FROM lives ORDER BY entry_id
ON CONFLICT (entry_id) DO UPDATE SET chain = excluded.chain WHERE known.chain <> excluded.chain
