"""Hand-written statements of the network. They touch this room's tables only (``network_…``)."""

from wenyuan.plumbing.invariants import Invariant

EDITION = "SELECT token FROM network_edition WHERE id = 1"

LIBRARY = "SELECT name_zh, name_en, institution_code, address, phone FROM network_library ORDER BY id LIMIT 1"

LOCK = "SELECT token FROM network_edition WHERE id = 1 FOR UPDATE"
"""One change of the network at a time. Every change ends by writing this row (trigger); taking it first lets a verb
see the whole tree as it will be when its own row goes in, so two moves cannot close a ring between them."""

WHOLE = """
    SELECT edition.token,
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            id, code, name_zh, name_en, kind, opened_date, closed_date, address, phone,
            accessibility, latitude, longitude) ORDER BY id), '[]')
         FROM network_branch),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            branch_id, parent_id, lower(valid), upper(valid)) ORDER BY id), '[]')
         FROM network_placement),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            branch_id, group_id, lower(valid), upper(valid)) ORDER BY id), '[]')
         FROM network_membership),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            branch_id, weekday, opens, closes, lower(valid), upper(valid)) ORDER BY id), '[]')
         FROM network_weeklyhours WHERE area_id IS NULL),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            branch_id, date, opens, closes, reason) ORDER BY id), '[]')
         FROM network_dayexception WHERE area_id IS NULL),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            branch_id, first_date, last_date, reason, id, horizon, spread_days, most_a_day) ORDER BY id), '[]')
         FROM network_closure
         WHERE withdrawn_at IS NULL AND shuts_door AND area_id IS NULL AND service_point_id IS NULL)
    FROM network_edition edition WHERE edition.id = 1
"""
"""The whole network in one statement, so that its parts are of one moment and belong to the token beside them."""

AREA = """
    SELECT
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            weekday, opens, closes, lower(valid), upper(valid)) ORDER BY id), '[]')
         FROM network_weeklyhours WHERE area_id = area.id),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            weekday, opens, closes, lower(valid), upper(valid)) ORDER BY id), '[]')
         FROM network_weeklyhours WHERE branch_id = area.branch_id AND area_id IS NULL),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(date, opens, closes, reason) ORDER BY id), '[]')
         FROM network_dayexception WHERE area_id = area.id),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(date, opens, closes, reason) ORDER BY id), '[]')
         FROM network_dayexception WHERE branch_id = area.branch_id AND area_id IS NULL),
        (SELECT coalesce(jsonb_agg(jsonb_build_array(
            first_date, last_date, reason, id, horizon, spread_days, most_a_day) ORDER BY id), '[]')
         FROM network_closure
         WHERE branch_id = area.branch_id AND withdrawn_at IS NULL AND shuts_door AND service_point_id IS NULL
             AND (area_id IS NULL OR area_id = area.id))
    FROM network_area area WHERE area.id = %s
"""
"""What an area's calendar is made of: its own week and its branch's, exceptions and closures of both."""

SET_SPREADS = """
    UPDATE network_closure SET spread_days = wanted.days
    FROM unnest(%s::bigint[], %s::smallint[]) AS wanted(id, days)
    WHERE network_closure.id = wanted.id AND network_closure.spread_days <> wanted.days
    RETURNING network_closure.branch_id
"""
"""Keep the widths of the spread; rows that have theirs already are left alone, so that the edition stays."""

INVARIANTS = (
    Invariant(
        name="network_tree_has_no_ring",
        room="network",
        says="No branch stands below itself on any day.",
        sql="""
            WITH RECURSIVE line AS (
                SELECT branch_id AS start_id, parent_id AS reached_id, valid FROM network_placement
                UNION
                SELECT line.start_id, above.parent_id, line.valid * above.valid
                FROM line JOIN network_placement above
                    ON above.branch_id = line.reached_id AND above.valid && line.valid
                WHERE line.reached_id <> line.start_id
            )
            SELECT start_id, lower(valid) FROM line WHERE reached_id = start_id
        """,
    ),
    Invariant(
        name="network_nothing_stands_below_a_closed_branch",
        room="network",
        says="A branch that has closed for good has no branch below it that still stands.",
        sql="""
            SELECT child.id, parent.id
            FROM network_placement place
            JOIN network_branch parent ON parent.id = place.parent_id
            JOIN network_branch child ON child.id = place.branch_id
            WHERE parent.closed_date IS NOT NULL
                AND place.valid && daterange(parent.closed_date, child.closed_date)
                AND (child.closed_date IS NULL OR child.closed_date > parent.closed_date)
        """,
    ),
    Invariant(
        name="network_closed_branch_is_in_no_lending_group",
        room="network",
        says="A branch belongs to no lending group from the day it closes for good.",
        sql="""
            SELECT member.branch_id, member.group_id
            FROM network_membership member JOIN network_branch branch ON branch.id = member.branch_id
            WHERE branch.closed_date IS NOT NULL AND member.valid && daterange(branch.closed_date, NULL)
        """,
    ),
    Invariant(
        name="network_placement_within_life",
        room="network",
        says="A branch is placed only from the day on which it and the branch above it have opened.",
        sql="""
            SELECT place.branch_id, place.parent_id
            FROM network_placement place
            JOIN network_branch parent ON parent.id = place.parent_id
            JOIN network_branch child ON child.id = place.branch_id
            WHERE isempty(place.valid) OR lower_inf(place.valid)
                OR lower(place.valid) < greatest(parent.opened_date, child.opened_date)
        """,
    ),
    Invariant(
        name="network_hours_do_not_overlap",
        room="network",
        says="No two opening spans of one weekday of a branch or area overlap while both are in force.",
        sql="""
            SELECT one.id, other.id
            FROM network_weeklyhours one JOIN network_weeklyhours other
                ON one.id < other.id AND one.branch_id = other.branch_id
                AND one.area_id IS NOT DISTINCT FROM other.area_id
                AND one.weekday = other.weekday AND one.valid && other.valid
                AND one.opens < CASE other.closes WHEN '00:00' THEN '24:00' ELSE other.closes END
                AND other.opens < CASE one.closes WHEN '00:00' THEN '24:00' ELSE one.closes END
        """,
    ),
    Invariant(
        name="network_area_belongs_to_the_branch",
        room="network",
        says="Hours, exceptions and service points of an area name the area's own branch.",
        sql="""
            SELECT area.id, area.branch_id, used.branch_id
            FROM (
                SELECT area_id, branch_id FROM network_weeklyhours
                UNION ALL SELECT area_id, branch_id FROM network_dayexception
                UNION ALL SELECT area_id, branch_id FROM network_closure
                UNION ALL SELECT area_id, branch_id FROM network_servicepoint
            ) used JOIN network_area area ON area.id = used.area_id
            WHERE area.branch_id <> used.branch_id
        """,
    ),
    Invariant(
        name="network_closures_follow_their_notice",
        room="network",
        says="Closures of a notice exist only once it is signed, and have its last day unless they have their own.",
        sql="""
            SELECT closure.id, notice.id
            FROM network_closure closure JOIN network_closurenotice notice ON notice.id = closure.notice_id
            WHERE notice.signed_at IS NULL
                OR (notice.withdrawn_at IS NOT NULL AND closure.withdrawn_at IS NULL)
                OR (closure.withdrawn_at IS NULL AND NOT closure.own_end
                    AND closure.last_date IS DISTINCT FROM notice.last_date)
        """,
    ),
    Invariant(
        name="network_has_one_edition",
        room="network",
        says="The row that tells caches how old they are exists.",
        sql="SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM network_edition WHERE id = 1)",
    ),
)
