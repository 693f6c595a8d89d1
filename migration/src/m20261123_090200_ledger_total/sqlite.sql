-- What was posted before there were totals. A total has the key of its first entry, so that keys go by age here, too.
INSERT INTO ledger_total (id, jurisdiction, programme, channel, month, kind, entries, amount_fen)
SELECT min(e.id), a.jurisdiction, e.programme, e.channel, substr(e.posted_on, 1, 7), e.kind,
       count(*), sum(e.amount_fen)
FROM ledger_entry e JOIN account a ON a.id = e.debit_account_id
GROUP BY a.jurisdiction, e.programme, e.channel, substr(e.posted_on, 1, 7), e.kind;

-- A total grows by one entry at a time and stays the total of what it is of.
CREATE TRIGGER tr_ledger_total_grows BEFORE UPDATE ON ledger_total
WHEN NOT (
    NEW.entries = OLD.entries + 1 AND NEW.amount_fen > OLD.amount_fen
    AND (NEW.id, NEW.jurisdiction, NEW.programme, NEW.channel, NEW.month, NEW.kind)
      = (OLD.id, OLD.jurisdiction, OLD.programme, OLD.channel, OLD.month, OLD.kind)
)
BEGIN
    SELECT RAISE(ABORT, 'ledger_total grows by its entries only');
END;

-- One trigger does it all, since SQLite does not say in which order two of them would fire. The total belongs to the
-- town of the account debited: the entry itself may name a village of it. Changed or inserted, and not ON CONFLICT:
-- a table whose rows are never deleted refuses an insert over an existing key before the conflict is looked at.
DROP TRIGGER tr_ledger_entry_post;

CREATE TRIGGER tr_ledger_entry_post AFTER INSERT ON ledger_entry
BEGIN
    UPDATE account SET balance_fen = balance_fen + NEW.amount_fen WHERE id = NEW.debit_account_id;
    UPDATE account SET balance_fen = balance_fen - NEW.amount_fen WHERE id = NEW.credit_account_id;

    UPDATE ledger_total SET entries = entries + 1, amount_fen = amount_fen + NEW.amount_fen
    WHERE jurisdiction = (SELECT a.jurisdiction FROM account a WHERE a.id = NEW.debit_account_id)
      AND (programme, channel, month, kind) = (NEW.programme, NEW.channel, substr(NEW.posted_on, 1, 7), NEW.kind);

    INSERT INTO ledger_total (id, jurisdiction, programme, channel, month, kind, entries, amount_fen)
    SELECT NEW.id, a.jurisdiction, NEW.programme, NEW.channel, substr(NEW.posted_on, 1, 7), NEW.kind, 1, NEW.amount_fen
    FROM account a
    WHERE a.id = NEW.debit_account_id
      AND NOT EXISTS (
          SELECT 1 FROM ledger_total t
          WHERE (t.jurisdiction, t.programme, t.channel, t.month, t.kind)
              = (a.jurisdiction, NEW.programme, NEW.channel, substr(NEW.posted_on, 1, 7), NEW.kind)
      );
END;
