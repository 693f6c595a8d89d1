-- A person is named by an event that is there, with the event's own instant, in a volume that had begun by then.
CREATE TRIGGER tr_audit_person_told AFTER INSERT ON audit_person
WHEN NOT EXISTS (
    SELECT 1 FROM audit_event AS e JOIN audit_volume AS v ON v.number = NEW.volume
    WHERE e.id = NEW.event_id AND e.at = NEW.at
        AND CASE e.chain WHEN 'read:GATEWAY' THEN v.number BETWEEN 1 AND e.seq ELSE v.number = 0 END
)
BEGIN SELECT RAISE(ABORT, 'audit_person names no event of its volume'); END;
