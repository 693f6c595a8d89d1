-- A rule is inserted and closed, never changed, and never closed before a day on which it was used.
CREATE FUNCTION onedoor_channel_rule_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.to_on IS NOT NULL OR NEW.to_on IS NULL
        OR (NEW.id, NEW.programme, NEW.item, NEW.channel, NEW.from_on, NEW.document, NEW.policy_version)
        <> (OLD.id, OLD.programme, OLD.item, OLD.channel, OLD.from_on, OLD.document, OLD.policy_version)
    THEN
        RAISE EXCEPTION 'channel_rule can only be closed' USING ERRCODE = '23001', TABLE = 'channel_rule';
    END IF;
    -- Entries hold their rule FOR SHARE, so none is on its way while this one waits for its row.
    IF EXISTS (SELECT 1 FROM ledger_entry WHERE channel_rule_id = OLD.id AND posted_on > NEW.to_on) THEN
        RAISE EXCEPTION 'channel_rule was used after that day' USING ERRCODE = '23514', TABLE = 'channel_rule';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tr_channel_rule_close_only BEFORE UPDATE ON channel_rule
FOR EACH ROW EXECUTE FUNCTION onedoor_channel_rule_close();

-- An account starts empty, is never deleted, and moves no money by changing its name.
CREATE FUNCTION onedoor_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.balance_fen <> 0 THEN
        RAISE EXCEPTION 'account must start empty' USING ERRCODE = '23514', TABLE = 'account';
    ELSIF TG_OP = 'UPDATE'
        AND (NEW.id, NEW.code, NEW.kind, NEW.programme, NEW.channel, NEW.jurisdiction)
         <> (OLD.id, OLD.code, OLD.kind, OLD.programme, OLD.channel, OLD.jurisdiction)
    THEN
        RAISE EXCEPTION 'account is fixed but for its balance' USING ERRCODE = '23001', TABLE = 'account';
    ELSIF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION 'account is never deleted' USING ERRCODE = '23001', TABLE = 'account';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tr_account_guard BEFORE INSERT OR UPDATE OR DELETE ON account
FOR EACH ROW EXECUTE FUNCTION onedoor_account_guard();

CREATE TRIGGER tr_account_no_truncate BEFORE TRUNCATE ON account
FOR EACH STATEMENT EXECUTE FUNCTION onedoor_account_guard();

CREATE FUNCTION onedoor_ledger_entry_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rule channel_rule;
    debit account;
    credit account;
    earlier ledger_entry;
    wrong text;
BEGIN
    SELECT * INTO rule FROM channel_rule WHERE id = NEW.channel_rule_id FOR SHARE;
    SELECT * INTO debit FROM account WHERE id = NEW.debit_account_id;
    SELECT * INTO credit FROM account WHERE id = NEW.credit_account_id;
    -- A settlement and a reversal of the same commitment wait for each other here.
    SELECT * INTO earlier FROM ledger_entry
    WHERE id = coalesce(NEW.settles_entry_id, NEW.reverses_entry_id) FOR UPDATE;

    wrong := CASE
        WHEN (rule.programme, rule.item, rule.channel) IS DISTINCT FROM (NEW.programme, NEW.item, NEW.channel)
            THEN 'not the programme, item and channel of its rule'
        WHEN NEW.posted_on < rule.from_on OR NEW.posted_on > rule.to_on
            THEN 'posted outside the dates of its rule'
        WHEN (debit.programme, debit.channel) IS DISTINCT FROM (NEW.programme, NEW.channel)
            OR (credit.programme, credit.channel) IS DISTINCT FROM (NEW.programme, NEW.channel)
            OR NOT starts_with(NEW.jurisdiction, debit.jurisdiction)
            OR NOT starts_with(NEW.jurisdiction, credit.jurisdiction)
            THEN 'accounts of another programme, channel or place'
        WHEN NEW.kind <> 'REVERSAL' AND (NEW.kind, debit.kind, credit.kind) NOT IN (VALUES
                ('APPROPRIATION', 'APPROPRIATION', 'SOURCE'),
                ('COMMITMENT', 'COMMITTED', 'APPROPRIATION'),
                ('SETTLEMENT', 'EXPENDED', 'COMMITTED'))
            THEN 'accounts do not fit its kind'
        WHEN NEW.kind = 'SETTLEMENT' AND NOT coalesce(
            earlier.kind = 'COMMITMENT' AND earlier.amount_fen = NEW.amount_fen
            AND (earlier.programme, earlier.item, earlier.channel) = (NEW.programme, NEW.item, NEW.channel)
            AND earlier.debit_account_id = NEW.credit_account_id
            AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_entry_id = earlier.id), false)
            THEN 'does not fit the commitment it settles'
        WHEN NEW.kind = 'REVERSAL' AND NOT coalesce(
            earlier.kind <> 'REVERSAL' AND earlier.amount_fen = NEW.amount_fen
            AND (earlier.programme, earlier.item, earlier.channel) = (NEW.programme, NEW.item, NEW.channel)
            AND (earlier.debit_account_id, earlier.credit_account_id) = (NEW.credit_account_id, NEW.debit_account_id)
            AND NOT EXISTS (
                SELECT 1 FROM ledger_entry s
                WHERE s.settles_entry_id = earlier.id
                  AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_entry_id = s.id)), false)
            THEN 'does not fit the entry it reverses'
    END;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'ledger_entry: %', wrong USING ERRCODE = '23514', TABLE = 'ledger_entry';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tr_ledger_entry_check BEFORE INSERT ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION onedoor_ledger_entry_check();

-- The account's own constraint refuses to be overdrawn, on the balance that its row's lock has made sure of.
CREATE FUNCTION onedoor_ledger_entry_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account SET balance_fen = balance_fen + NEW.amount_fen WHERE id = NEW.debit_account_id;
    UPDATE account SET balance_fen = balance_fen - NEW.amount_fen WHERE id = NEW.credit_account_id;
    RETURN NULL;
END $$;

CREATE TRIGGER tr_ledger_entry_post AFTER INSERT ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION onedoor_ledger_entry_post();
