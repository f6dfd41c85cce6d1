"""One step of a budget as one question to a PostgreSQL server: a function that lives as long as the connection.

It does what `importer.ledger.slots.budget` does in several statements, and a test holds the two against each other. As
a temporary function it needs no place in the schema, and every version of this tool brings its own. Inside, each
statement sees what was committed before it, so that what is read after the lock is the present.

The time that all share is the server's clock plus `clock_shift` of the budget's row. A run that asks says how long it
has been since it last heard the time, at the least (`at_least`); the clock moved by less: it was set back, and
`clock_shift` makes up for it. By far more (`slack`): it was set forward, or the question was long on its way; either
way the shared time goes on from what is proved, and slots are held a little too long rather than too short.
"""

__all__ = ["CREATE_STEP", "STEP"]

CREATE_STEP = """
CREATE OR REPLACE FUNCTION pg_temp.lsq_step(
    p_lock bigint, p_account integer, p_budget text, p_holder text,
    p_holds jsonb, p_frees integer[], p_asks boolean, p_wanted integer, p_first integer, p_cleans boolean,
    p_calls integer, p_per_seconds double precision, p_share double precision, p_longest double precision,
    p_per_day integer, p_counts boolean, p_granted_at double precision,
    p_seen double precision, p_at_least double precision, p_slack double precision,
    p_grow double precision, p_wants_for double precision, p_future double precision
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    state record;
    raw double precision;
    shared double precision;
    moved double precision := 0;
    step double precision := 0;
    is_ours boolean;
    calls integer := p_calls;
    per_seconds double precision := p_per_seconds;
    backed_off integer := 0;
    allowed integer;
    held integer := 0;
    mine integer := 0;
    room integer := 0;
    given integer := 0;
    left_today integer;
    today integer;
    changed integer;
    held_by jsonb;
    others jsonb;
    names text[];
    demands integer[];
    parts integer[];
    unmet integer[];
    total integer;
    each integer;
    part integer;
    place integer;
BEGIN
    PERFORM pg_advisory_xact_lock(p_lock);
    SELECT * INTO state FROM budget b WHERE b.account_id = p_account AND b.name = p_budget;
    raw := extract(epoch FROM clock_timestamp());
    shared := raw + coalesce(state.clock_shift, 0);
    IF p_seen IS NOT NULL THEN
        moved := shared - p_seen;
        IF moved < p_at_least - 0.05 THEN
            step := p_at_least - moved;
        ELSIF moved > p_at_least + p_slack THEN
            step := p_at_least - moved;
        END IF;
        IF step <> 0 THEN
            shared := shared + step;
            UPDATE budget b SET clock_shift = b.clock_shift + step WHERE b.account_id = p_account AND b.name = p_budget;
        END IF;
    END IF;
    is_ours := state.account_id IS NOT NULL AND state.configured_calls = p_calls
        AND state.configured_per_seconds = p_per_seconds;
    IF is_ours THEN
        calls := coalesce(nullif(state.advertised_calls, 0), p_calls);
        per_seconds := CASE WHEN coalesce(state.advertised_calls, 0) > 0 THEN state.advertised_per_seconds
            ELSE p_per_seconds END;
        backed_off := state.backed_off;
        IF backed_off > 0 AND shared < state.changed_at THEN
            backed_off := 0;
        ELSIF backed_off > 0 THEN
            backed_off := greatest(0, backed_off - floor((shared - state.changed_at) / p_grow)::integer);
        END IF;
    END IF;

    INSERT INTO slot (account_id, budget, holder, number, granted_at, free_at)
        SELECT p_account, p_budget, p_holder, (h->>0)::integer, least(shared, (h->>1)::double precision),
            least(shared, (h->>1)::double precision) + per_seconds + (h->>2)::double precision
        FROM jsonb_array_elements(p_holds) h
        ON CONFLICT (account_id, budget, holder, number)
            DO UPDATE SET granted_at = excluded.granted_at, free_at = excluded.free_at;
    today := floor(raw / 60);
    IF cardinality(p_frees) > 0 THEN
        DELETE FROM slot s WHERE s.account_id = p_account AND s.budget = p_budget AND s.holder = p_holder
            AND s.number = ANY (p_frees);
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF p_counts AND changed > 0 THEN
            INSERT INTO day_call AS d (account_id, minute, calls) VALUES (p_account, today, -changed)
                ON CONFLICT (account_id, minute) DO UPDATE SET calls = d.calls + excluded.calls;
        END IF;
    END IF;
    IF NOT p_asks THEN
        RETURN jsonb_build_object('now', shared, 'step', step);
    END IF;

    IF p_cleans THEN
        DELETE FROM slot s WHERE s.account_id = p_account AND s.budget = p_budget AND s.free_at <= shared;
        DELETE FROM claimant c WHERE c.account_id = p_account AND c.budget = p_budget AND c.seen_at < shared - 600;
    END IF;
    SELECT coalesce(jsonb_object_agg(s.holder, jsonb_build_array(s.many, s.first, s.last)), '{}'::jsonb),
            coalesce(sum(s.many), 0), coalesce(sum(s.many) FILTER (WHERE s.holder = p_holder), 0)
        INTO held_by, held, mine
        FROM (SELECT x.holder, count(*) AS many, min(x.free_at) AS first, max(x.free_at) AS last FROM slot x
            WHERE x.account_id = p_account AND x.budget = p_budget AND x.free_at > shared
                AND x.granted_at < shared + p_future GROUP BY x.holder) s;
    SELECT coalesce(jsonb_object_agg(c.holder, jsonb_build_array(c.wanted, c.granted_at)), '{}'::jsonb)
        INTO others FROM claimant c
        WHERE c.account_id = p_account AND c.budget = p_budget AND c.holder <> p_holder AND c.wanted > 0
            AND c.seen_at > shared - p_wants_for;
    IF p_per_day IS NULL THEN
        left_today := 2147483647;
    ELSE
        SELECT greatest(0, p_per_day - greatest(0, coalesce(sum(d.calls), 0)::integer)) INTO left_today
            FROM day_call d WHERE d.account_id = p_account AND d.minute >= today - 1440;
    END IF;

    allowed := greatest(1, greatest(1, floor(calls * p_share + 1e-9)::integer) - backed_off);
    room := greatest(0, allowed - held);
    IF room > 0 AND others <> '{}'::jsonb THEN
        -- Equal parts: who waited longest comes first, and gets what cannot be divided.
        SELECT array_agg(n.name ORDER BY n.at, n.name COLLATE "C"),
                array_agg(n.demand ORDER BY n.at, n.name COLLATE "C")
            INTO names, demands FROM (
                SELECT k.name,
                    CASE WHEN k.name = p_holder THEN p_granted_at
                        ELSE coalesce((others->k.name->>1)::double precision, shared) END AS at,
                    coalesce((held_by->k.name->>0)::integer, 0) + CASE WHEN k.name = p_holder THEN p_wanted
                        ELSE coalesce((others->k.name->>0)::integer, 0) END AS demand
                FROM (SELECT jsonb_object_keys(held_by) AS name UNION SELECT jsonb_object_keys(others)
                    UNION SELECT p_holder) k) n;
        parts := array_fill(0, ARRAY[cardinality(demands)]);
        total := allowed;
        WHILE total > 0 LOOP
            SELECT array_agg(i ORDER BY i) INTO unmet FROM generate_subscripts(demands, 1) i
                WHERE parts[i] < demands[i];
            EXIT WHEN unmet IS NULL;
            each := greatest(1, total / cardinality(unmet));
            FOREACH place IN ARRAY unmet[1:total] LOOP
                part := least(each, demands[place] - parts[place]);
                parts[place] := parts[place] + part;
                total := total - part;
            END LOOP;
        END LOOP;
        room := greatest(0, least(room, parts[array_position(names, p_holder)] - mine));
    END IF;
    IF coalesce(state.paused_until, 0) <= shared THEN
        given := greatest(0, least(p_wanted, room, left_today));
    END IF;
    IF given > 0 THEN
        INSERT INTO slot (account_id, budget, holder, number, granted_at, free_at)
            SELECT p_account, p_budget, p_holder, p_first + i, shared, shared + p_longest + per_seconds
            FROM generate_series(0, given - 1) i
            ON CONFLICT (account_id, budget, holder, number)
                DO UPDATE SET granted_at = excluded.granted_at, free_at = excluded.free_at;
        IF p_counts THEN
            INSERT INTO day_call AS d (account_id, minute, calls) VALUES (p_account, today, given)
                ON CONFLICT (account_id, minute) DO UPDATE SET calls = d.calls + excluded.calls;
        END IF;
    END IF;
    INSERT INTO claimant AS c (account_id, budget, holder, wanted, seen_at, granted_at)
        VALUES (p_account, p_budget, p_holder, p_wanted - given, shared,
            CASE WHEN given > 0 THEN shared ELSE p_granted_at END)
        ON CONFLICT (account_id, budget, holder)
            DO UPDATE SET wanted = excluded.wanted, seen_at = excluded.seen_at, granted_at = excluded.granted_at;
    RETURN jsonb_build_object('now', shared, 'step', step, 'given', given, 'held', held_by, 'others', others,
        'left_today', left_today, 'paused_until', coalesce(state.paused_until, 0),
        'state', CASE WHEN is_ours THEN jsonb_build_array(state.advertised_calls, state.advertised_per_seconds,
            state.backed_off, state.changed_at, state.refused_at) ELSE NULL END);
END $$
"""

STEP = (
    "SELECT pg_temp.lsq_step(%(lock)s, %(account)s, %(budget)s, %(holder)s, %(holds)s::jsonb, %(frees)s::integer[], "
    "%(asks)s, %(wanted)s, %(first)s, %(cleans)s, %(calls)s, %(per_seconds)s, %(share)s, %(longest)s, %(per_day)s, "
    "%(counts)s, %(granted_at)s, %(seen)s, %(at_least)s, %(slack)s, %(grow)s, %(wants_for)s, %(future)s)"
)
