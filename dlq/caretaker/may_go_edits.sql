-- Edit records go, except the newest ones of each thing that was edited.
(SELECT true
 FROM dlq_editrecord newer
 WHERE newer.kind = r.kind AND newer.object_id = r.object_id AND newer.id > r.id
 ORDER BY newer.id
 OFFSET %(kept)s - 1
 LIMIT 1)
