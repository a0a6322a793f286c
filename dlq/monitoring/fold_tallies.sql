-- Puts one part in the place of several, for each sum that has several: in one statement, so that every snapshot has the same sums.
WITH folded AS (
    DELETE FROM dlq_tallypart
    WHERE id = ANY (ARRAY(
        SELECT id
        FROM (SELECT id, count(*) OVER (PARTITION BY name, label) AS parts FROM dlq_tallypart) AS tally
        WHERE parts > 1
    ))
    RETURNING name, label, number
),
sums AS (
    INSERT INTO dlq_tallypart (name, label, number)
    SELECT name, label, sum(number) FROM folded GROUP BY name, label
)
SELECT count(*) FROM folded
