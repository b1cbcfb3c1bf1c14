"""Hand-written statements of this room. Own tables: visits_visitcount, visits_counter and what hangs on it. Lower
tables read: network_servicepoint, accounts_account (the name of who entered), journal_entry (invariants only)."""

from wenyuan.plumbing.invariants import Invariant

POINT = "SELECT id, branch_id, area_id, closed_date FROM network_servicepoint WHERE id = %s"

COUNT_COLUMNS = """
    counted.id, counted.service_point_id, counted.date, counted.persons, counted.evidence_kind, counted.evidence,
    counted.reason, counted.withdrawn, counted.entered_by_id, account.name, counted.entered_at, counted.replaces_id,
    counted.entry_id
"""

GRID = f"""
    SELECT point.id, point.code, point.name_zh, point.name_en, point.closed_date, coalesce(told.counted, '{{}}'),
        {COUNT_COLUMNS}
    FROM network_servicepoint point
    LEFT JOIN (
        SELECT by_day.service_point_id, json_object_agg(by_day.date, by_day.persons)::text AS counted
        FROM (
            SELECT counter.service_point_id, hour.date, sum(hour.persons) AS persons
            FROM visits_counter counter JOIN visits_countedhour hour ON hour.counter_id = counter.id
            WHERE hour.date BETWEEN %(first)s AND %(last)s
            GROUP BY 1, 2
        ) by_day
        GROUP BY 1
    ) told ON told.service_point_id = point.id
    LEFT JOIN visits_visitcount counted
        ON counted.service_point_id = point.id AND counted.date BETWEEN %(first)s AND %(last)s AND NOT counted.withdrawn
        AND NOT EXISTS (SELECT FROM visits_visitcount newer WHERE newer.replaces_id = counted.id)
    LEFT JOIN accounts_account account ON account.id = counted.entered_by_id
    WHERE point.branch_id = %(branch)s
    ORDER BY point.code, counted.date
"""
"""Every service point of a branch with what the journal has of its counters, as JSON by day, and the typed counts that
stand in a span of days; a point without any has one row."""

HISTORY = f"""
    SELECT {COUNT_COLUMNS}
    FROM visits_visitcount counted JOIN accounts_account account ON account.id = counted.entered_by_id
    WHERE counted.service_point_id = %(point)s AND counted.date = %(day)s
        AND (%(before)s::bigint IS NULL OR counted.id < %(before)s::bigint)
    ORDER BY counted.id DESC LIMIT %(limit)s
"""

ONE = f"""
    SELECT {COUNT_COLUMNS}
    FROM visits_visitcount counted JOIN accounts_account account ON account.id = counted.entered_by_id
    WHERE counted.id = %s
"""

COUNTERS = """
    SELECT counter.id, counter.service_point_id, point.branch_id, point.name_zh, point.name_en, counter.name,
        counter.kind, counter.directions, counter.maximum, counter.first_date, counter.ended_date, point.closed_date,
        counter.key_last4, counter.key_set_at
    FROM visits_counter counter JOIN network_servicepoint point ON point.id = counter.service_point_id
    WHERE (%(counter)s::bigint IS NULL OR counter.id = %(counter)s::bigint)
        AND (NOT %(in_use)s::boolean OR counter.ended_date IS NULL)
        AND (%(branch)s::bigint IS NULL OR point.branch_id = %(branch)s::bigint)
    ORDER BY counter.ended_date IS NOT NULL, point.code, counter.name, counter.id
"""

CALIBRATIONS = """
    SELECT said.first_date, said.permille, said.reason, account.name, said.entered_at,
        NOT EXISTS (
            SELECT FROM visits_calibration newer
            WHERE newer.counter_id = said.counter_id AND newer.first_date = said.first_date AND newer.id > said.id
        )
    FROM visits_calibration said JOIN accounts_account account ON account.id = said.entered_by_id
    WHERE said.counter_id = %(counter)s ORDER BY said.id
"""

READ_TO = """
    SELECT max(reading.at) FROM visits_counterreading reading WHERE reading.counter_id = %(counter)s
"""

_READINGS = """
    SELECT reading.id, reading.at, reading.begins_at, reading.passes, reading.passes_out, reading.received_at,
        reading.door, coalesce(entered.name, ''), step.outcome, step.begins_at, step.passes,
        coalesce(aside.reason, ''), coalesce(asided.name, ''), reading.counter_id
    FROM visits_counterreading reading
    LEFT JOIN visits_readingstep step ON step.reading_id = reading.id
    LEFT JOIN visits_readingsetaside aside ON aside.reading_id = reading.id
    LEFT JOIN accounts_account asided ON asided.id = aside.set_aside_by_id
    LEFT JOIN accounts_account entered ON entered.id = reading.entered_by_id
"""

READINGS = f"""
    {_READINGS}
    WHERE reading.counter_id = %(counter)s
        AND (%(at)s::timestamptz IS NULL OR (reading.at, reading.id) < (%(at)s::timestamptz, %(before)s::bigint))
        AND (
            NOT %(odd)s::boolean OR reading.id IN (
                SELECT reading_id FROM visits_readingstep WHERE outcome NOT IN ('first', 'counted')
                UNION ALL SELECT reading_id FROM visits_readingsetaside
            )
        )
    ORDER BY reading.at DESC, reading.id DESC LIMIT %(limit)s
"""

ONE_READING = f"{_READINGS} WHERE reading.id = %(reading)s"

DAYS_HEARD = """
    SELECT DISTINCT reading.counter_id, (reading.at AT TIME ZONE %(zone)s)::date
    FROM visits_counterreading reading
    WHERE reading.counter_id = ANY(%(counters)s::bigint[]) AND reading.at >= %(since)s
"""
"""On which local days each of these counters has said something, since a moment."""

REFUSED = """
    SELECT refused.id, refused.at, refused.begins_at, refused.passes, refused.passes_out, refused.reasons,
        refused.received_at, refused.door
    FROM visits_refusedreading refused
    WHERE refused.counter_id = %(counter)s
        AND (%(before)s::bigint IS NULL OR refused.id < %(before)s::bigint)
    ORDER BY refused.id DESC LIMIT %(limit)s
"""

PASSES_OF_DAY = """
    SELECT hour, sum(passes)::bigint FROM visits_hourpasses WHERE counter_id = %(counter)s AND date = %(day)s
    GROUP BY hour ORDER BY hour
"""

COUNTED_AT_POINT = """
    SELECT (
        SELECT coalesce((
            SELECT sum(told.persons)
            FROM visits_countedhour told JOIN visits_counter counter ON counter.id = told.counter_id
            WHERE counter.service_point_id = %(point)s AND told.date = %(day)s
        ), 0)
        WHERE EXISTS (
            SELECT FROM visits_hourpasses hour JOIN visits_counter counter ON counter.id = hour.counter_id
            WHERE counter.service_point_id = %(point)s AND hour.date = %(day)s
                AND hour.date >= counter.first_date AND (counter.ended_date IS NULL OR hour.date < counter.ended_date)
        )
    )
"""
"""What the journal has of a service point's day from its counters; null where they have counted nobody."""

UNSETTLE = """
    INSERT INTO visits_unsettledday (counter_id, date)
    SELECT DISTINCT counter_id, date FROM visits_hourpasses
    WHERE counter_id = %(counter)s AND date >= %(first)s AND (%(until)s::date IS NULL OR date < %(until)s::date)
    ON CONFLICT DO NOTHING
"""

INVARIANTS = (
    Invariant(
        name="visits_correction_stays_at_its_point_and_day",
        room="visits",
        says="A count that replaces another is of the same service point and day.",
        sql="""
            SELECT newer.id, older.id
            FROM visits_visitcount newer JOIN visits_visitcount older ON older.id = newer.replaces_id
            WHERE (newer.service_point_id, newer.date) <> (older.service_point_id, older.date)
        """,
    ),
    Invariant(
        name="visits_agree_with_the_journal",
        room="visits",
        says="Every count has its journal entry of the same point, day and number; a withdrawal takes the number back.",
        sql="""
            SELECT counted.id
            FROM visits_visitcount counted
            LEFT JOIN visits_visitcount older ON older.id = counted.replaces_id
            LEFT JOIN journal_entry entry ON entry.id = counted.entry_id AND entry.kind = 'visit'
                AND entry.service_point_id = counted.service_point_id AND entry.local_date = counted.date
            WHERE entry.id IS NULL
                OR entry.persons <> CASE WHEN counted.withdrawn THEN -older.persons ELSE counted.persons END
        """,
    ),
    Invariant(
        name="visits_replaced_counts_are_taken_back_once",
        room="visits",
        says="The journal takes back a count exactly once when another row replaces it, and never else.",
        sql="""
            SELECT counted.id
            FROM visits_visitcount counted
            LEFT JOIN visits_visitcount newer ON newer.replaces_id = counted.id
            LEFT JOIN journal_entry back ON back.reverses_id = counted.entry_id AND back.kind = 'visit'
            WHERE NOT counted.withdrawn
            GROUP BY counted.id, counted.persons, newer.id
            HAVING count(back.id) <> (newer.id IS NOT NULL)::int OR coalesce(-sum(back.persons), counted.persons)
                <> counted.persons
        """,
    ),
    Invariant(
        name="visits_counted_hours_agree_with_the_journal",
        room="visits",
        says="What the journal says of a counter's hour adds up to what stands for it.",
        sql="""
            SELECT coalesce(stands.counter_id, told.counter_id), coalesce(stands.date, told.date),
                coalesce(stands.hour, told.hour)
            FROM visits_countedhour stands
            FULL JOIN (
                SELECT (details ->> 'counter')::bigint AS counter_id, local_date AS date, local_hour AS hour,
                    sum(persons) AS persons
                FROM journal_entry WHERE kind = 'visit' AND details ? 'counter' GROUP BY 1, 2, 3
            ) told ON (told.counter_id, told.date, told.hour) = (stands.counter_id, stands.date, stands.hour)
            WHERE coalesce(stands.persons, 0) <> coalesce(told.persons, 0)
        """,
    ),
    Invariant(
        name="visits_counted_hours_stand_on_an_entry",
        room="visits",
        says="The entry of a counted hour is of its number, and nothing takes it back.",
        sql="""
            SELECT stands.id
            FROM visits_countedhour stands LEFT JOIN journal_entry entry ON entry.id = stands.entry_id
            WHERE entry.persons IS DISTINCT FROM stands.persons
                OR EXISTS (SELECT FROM journal_entry back WHERE back.reverses_id = stands.entry_id)
        """,
    ),
    Invariant(
        name="visits_nothing_is_typed_and_counted",
        room="visits",
        says="A typed count stands alone: no counter of its service point counts on its day.",
        sql="""
            SELECT typed.id, told.id
            FROM visits_countedhour told JOIN visits_counter counter ON counter.id = told.counter_id
            JOIN visits_visitcount typed
                ON typed.service_point_id = counter.service_point_id AND typed.date = told.date AND NOT typed.withdrawn
            WHERE NOT EXISTS (SELECT FROM visits_visitcount newer WHERE newer.replaces_id = typed.id)
        """,
    ),
    Invariant(
        name="visits_every_reading_has_its_step",
        room="visits",
        says="What was made of a reading is there unless it was set aside, and lies in hours that add up to it.",
        sql="""
            SELECT reading.id
            FROM visits_counterreading reading
            LEFT JOIN visits_readingstep step ON step.reading_id = reading.id
            LEFT JOIN visits_readingsetaside aside ON aside.reading_id = reading.id
            LEFT JOIN (
                SELECT reading_id, sum(passes) AS passes FROM visits_hourpasses GROUP BY 1
            ) hours ON hours.reading_id = reading.id
            WHERE (step.reading_id IS NULL) <> (aside.id IS NOT NULL)
                OR coalesce(step.passes, 0) <> coalesce(hours.passes, 0)
        """,
    ),
    Invariant(
        name="visits_totals_follow_one_another",
        room="visits",
        says="Each total of a counter was compared with the one before it.",
        sql="""
            SELECT one.id
            FROM (
                SELECT reading.id, reading.counter_id, step.begins_at,
                    lag(reading.at) OVER (
                        PARTITION BY reading.counter_id ORDER BY reading.at, reading.passes, reading.passes_out
                    ) AS before
                FROM visits_counterreading reading JOIN visits_readingstep step ON step.reading_id = reading.id
            ) one JOIN visits_counter counter ON counter.id = one.counter_id AND counter.kind = 'total'
            WHERE one.begins_at IS DISTINCT FROM one.before
        """,
    ),
)
