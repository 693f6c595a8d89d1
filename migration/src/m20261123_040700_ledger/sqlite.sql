-- A rule is inserted and closed, never changed, and never closed before a day on which it was used.
CREATE TRIGGER tr_channel_rule_close_only BEFORE UPDATE ON channel_rule
WHEN NOT (
    OLD.to_on IS NULL AND NEW.to_on IS NOT NULL
    AND (NEW.id, NEW.programme, NEW.item, NEW.channel, NEW.from_on, NEW.document, NEW.policy_version)
      = (OLD.id, OLD.programme, OLD.item, OLD.channel, OLD.from_on, OLD.document, OLD.policy_version)
)
BEGIN
    SELECT RAISE(ABORT, 'channel_rule can only be closed');
END;

CREATE TRIGGER tr_channel_rule_used BEFORE UPDATE ON channel_rule
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE channel_rule_id = OLD.id AND posted_on > NEW.to_on)
BEGIN
    SELECT RAISE(ABORT, 'channel_rule was used after that day');
END;

-- An account starts empty, is never deleted, and moves no money by changing its name.
CREATE TRIGGER tr_account_empty BEFORE INSERT ON account
WHEN NEW.balance_fen <> 0
BEGIN
    SELECT RAISE(ABORT, 'account must start empty');
END;

CREATE TRIGGER tr_account_fixed BEFORE UPDATE ON account
WHEN (NEW.id, NEW.code, NEW.kind, NEW.programme, NEW.channel, NEW.jurisdiction)
  <> (OLD.id, OLD.code, OLD.kind, OLD.programme, OLD.channel, OLD.jurisdiction)
BEGIN
    SELECT RAISE(ABORT, 'account is fixed but for its balance');
END;

CREATE TRIGGER tr_account_no_delete BEFORE DELETE ON account
BEGIN
    SELECT RAISE(ABORT, 'account is never deleted');
END;

-- Accounts are made with ON CONFLICT DO NOTHING, so an existing key is no offence; a new account that has
-- entries already is one, for INSERT OR REPLACE has just removed the row they belong to.
CREATE TRIGGER tr_account_no_replace AFTER INSERT ON account
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE NEW.id IN (debit_account_id, credit_account_id))
BEGIN
    SELECT RAISE(ABORT, 'account is never deleted');
END;

-- Every refusal is a RAISE: a constraint that the second trigger's UPDATE broke would be passed over by
-- INSERT OR IGNORE, which hands its way with conflicts down to the statements of triggers.
CREATE TRIGGER tr_ledger_entry_check BEFORE INSERT ON ledger_entry
BEGIN
    SELECT RAISE(ABORT, 'ledger_entry: not the programme, item and channel of its rule')
    WHERE NOT EXISTS (
        SELECT 1 FROM channel_rule r
        WHERE r.id = NEW.channel_rule_id
          AND (r.programme, r.item, r.channel) = (NEW.programme, NEW.item, NEW.channel)
    );

    SELECT RAISE(ABORT, 'ledger_entry: posted outside the dates of its rule')
    WHERE NOT EXISTS (
        SELECT 1 FROM channel_rule r
        WHERE r.id = NEW.channel_rule_id
          AND r.from_on <= NEW.posted_on AND (r.to_on IS NULL OR NEW.posted_on <= r.to_on)
    );

    SELECT RAISE(ABORT, 'ledger_entry: accounts of another programme, channel or place')
    WHERE (
        SELECT count(*) FROM account a
        WHERE a.id IN (NEW.debit_account_id, NEW.credit_account_id)
          AND (a.programme, a.channel) = (NEW.programme, NEW.channel)
          AND substr(NEW.jurisdiction, 1, length(a.jurisdiction)) = a.jurisdiction
    ) <> 2;

    SELECT RAISE(ABORT, 'ledger_entry: accounts do not fit its kind')
    WHERE NEW.kind <> 'REVERSAL' AND NOT EXISTS (
        SELECT 1 FROM account d, account c
        WHERE d.id = NEW.debit_account_id AND c.id = NEW.credit_account_id
          AND (NEW.kind, d.kind, c.kind) IN (VALUES
              ('APPROPRIATION', 'APPROPRIATION', 'SOURCE'),
              ('COMMITMENT', 'COMMITTED', 'APPROPRIATION'),
              ('SETTLEMENT', 'EXPENDED', 'COMMITTED'))
    );

    SELECT RAISE(ABORT, 'ledger_entry: does not fit the commitment it settles')
    WHERE NEW.kind = 'SETTLEMENT' AND NOT EXISTS (
        SELECT 1 FROM ledger_entry e
        WHERE e.id = NEW.settles_entry_id AND e.kind = 'COMMITMENT' AND e.amount_fen = NEW.amount_fen
          AND (e.programme, e.item, e.channel) = (NEW.programme, NEW.item, NEW.channel)
          AND e.debit_account_id = NEW.credit_account_id
          AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_entry_id = e.id)
    );

    SELECT RAISE(ABORT, 'ledger_entry: does not fit the entry it reverses')
    WHERE NEW.kind = 'REVERSAL' AND NOT EXISTS (
        SELECT 1 FROM ledger_entry e
        WHERE e.id = NEW.reverses_entry_id AND e.kind <> 'REVERSAL' AND e.amount_fen = NEW.amount_fen
          AND (e.programme, e.item, e.channel) = (NEW.programme, NEW.item, NEW.channel)
          AND (e.debit_account_id, e.credit_account_id) = (NEW.credit_account_id, NEW.debit_account_id)
          AND NOT EXISTS (
              SELECT 1 FROM ledger_entry s
              WHERE s.settles_entry_id = e.id
                AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_entry_id = s.id)
          )
    );

    SELECT RAISE(ABORT, 'ledger_entry: account would be overdrawn')
    WHERE EXISTS (
        SELECT 1 FROM account c
        WHERE c.id = NEW.credit_account_id AND c.kind <> 'SOURCE' AND c.balance_fen < NEW.amount_fen
    );
END;

CREATE TRIGGER tr_ledger_entry_post AFTER INSERT ON ledger_entry
BEGIN
    UPDATE account SET balance_fen = balance_fen + NEW.amount_fen WHERE id = NEW.debit_account_id;
    UPDATE account SET balance_fen = balance_fen - NEW.amount_fen WHERE id = NEW.credit_account_id;
END;
