-- A person is named by an event that is there, with the event's own instant, in a volume that had begun by then.
CREATE OR REPLACE FUNCTION onedoor_audit_person_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT event_id, at, volume FROM told) AS t
        WHERE NOT EXISTS (
            SELECT 1 FROM audit_event AS e JOIN audit_volume AS v ON v.number = t.volume
            WHERE e.id = t.event_id AND e.at = t.at
                AND CASE e.chain WHEN 'read:GATEWAY' THEN v.number BETWEEN 1 AND e.seq ELSE v.number = 0 END
        )
    ) THEN
        RAISE EXCEPTION 'audit_person names no event of its volume' USING ERRCODE = '23503', TABLE = 'audit_person';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tr_audit_person_told AFTER INSERT ON audit_person
    REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION onedoor_audit_person_told();
