-- Whether somebody requeued the failure: this row, or an earlier life that the row stands for. The placeholder entry is the alias
-- of the entry's row.
({entry}.requeued_count > 0
 OR EXISTS (SELECT FROM dlq_chainlife life WHERE life.entry_id = {entry}.id AND life.chain <> life.entry_id))
