-- No entry may be posted between what is summed here and the trigger that sums on.
LOCK TABLE ledger_entry IN SHARE ROW EXCLUSIVE MODE;

-- What was posted before there were totals. A total has the key of its first entry, so that keys go by age here, too.
INSERT INTO ledger_total (id, jurisdiction, programme, channel, month, kind, entries, amount_fen)
SELECT (array_agg(e.id ORDER BY e.id))[1], a.jurisdiction, e.programme, e.channel, left(e.posted_on, 7), e.kind,
       count(*), sum(e.amount_fen)::bigint
FROM ledger_entry e JOIN account a ON a.id = e.debit_account_id
GROUP BY a.jurisdiction, e.programme, e.channel, left(e.posted_on, 7), e.kind;

-- A total grows by one entry at a time and stays the total of what it is of.
CREATE FUNCTION onedoor_ledger_total_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.entries = OLD.entries + 1 AND NEW.amount_fen > OLD.amount_fen
        AND (NEW.id, NEW.jurisdiction, NEW.programme, NEW.channel, NEW.month, NEW.kind)
          = (OLD.id, OLD.jurisdiction, OLD.programme, OLD.channel, OLD.month, OLD.kind)) IS NOT TRUE
    THEN
        RAISE EXCEPTION 'ledger_total grows by its entries only' USING ERRCODE = '23001', TABLE = 'ledger_total';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tr_ledger_total_grows BEFORE UPDATE ON ledger_total
FOR EACH ROW EXECUTE FUNCTION onedoor_ledger_total_grows();

-- The total belongs to the town of the account debited: the entry itself may name a village of it.
--
-- It comes last, in the function that moves the accounts and not in a trigger of its own, so that nobody takes a
-- total's lock before those of the accounts. A kind that takes nothing back debits one kind of account, so one total
-- lies under one account of its town, programme and channel: whoever waits for the total has waited for that account
-- already, and no order of locks is new. Reversals alone share a total under several pairs of accounts. Who reverses
-- several entries of a channel in one transaction locks all its accounts before the first, in the order in which money
-- goes through them; the total then comes after them for everyone, as it does here.
CREATE OR REPLACE FUNCTION onedoor_ledger_entry_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    town text;
BEGIN
    UPDATE account SET balance_fen = balance_fen + NEW.amount_fen WHERE id = NEW.debit_account_id
    RETURNING jurisdiction INTO town;
    UPDATE account SET balance_fen = balance_fen - NEW.amount_fen WHERE id = NEW.credit_account_id;
    INSERT INTO ledger_total AS t (id, jurisdiction, programme, channel, month, kind, entries, amount_fen)
    VALUES (NEW.id, town, NEW.programme, NEW.channel, left(NEW.posted_on, 7), NEW.kind, 1, NEW.amount_fen)
    ON CONFLICT (jurisdiction, programme, channel, month, kind)
    DO UPDATE SET entries = t.entries + 1, amount_fen = t.amount_fen + EXCLUDED.amount_fen;
    RETURN NULL;
END $$;
