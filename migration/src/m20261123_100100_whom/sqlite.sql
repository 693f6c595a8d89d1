-- A person is named by an event that is there, with the event's own instant.
CREATE TRIGGER tr_audit_person_told AFTER INSERT ON audit_person
WHEN NOT EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.event_id AND at = NEW.at)
BEGIN SELECT RAISE(ABORT, 'audit_person names no event'); END;
