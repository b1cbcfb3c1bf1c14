"""Hand-written statements of the notices. They touch this room's tables only (``notices_…``)."""

from wenyuan.plumbing.invariants import Invariant

CLAIM = """
    UPDATE notices_message SET claim = %(claim)s, claimed_until = %(until)s
    WHERE id IN (
        SELECT id FROM notices_message
        WHERE state = 'waiting' AND send_at <= %(at)s AND (claimed_until IS NULL OR claimed_until < %(at)s)
        ORDER BY send_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""
"""Takes the messages whose time has come. Workers pass over each other's; a claim that has run out is free again."""

TAKE_GRANT = """
    UPDATE notices_grant SET "left" = "left" - 1 WHERE recipient = %s AND kind = %s AND "left" > 0 RETURNING "left"
"""

ADD_GRANT = """
    INSERT INTO notices_grant (recipient, kind, "left") VALUES (%s, %s, %s)
    ON CONFLICT (recipient, kind) DO UPDATE SET "left" = notices_grant."left" + excluded."left"
"""

INVARIANTS = (
    Invariant(
        name="notices_every_notice_has_its_message",
        room="notices",
        says="A notice that was posted stands in a message.",
        sql="SELECT id FROM notices_notice WHERE message_id IS NULL",
    ),
    Invariant(
        name="notices_no_empty_message_waits",
        room="notices",
        says="A message that waits has a notice that was not withdrawn.",
        sql="""
            SELECT id FROM notices_message message
            WHERE state = 'waiting' AND NOT EXISTS (
                SELECT 1 FROM notices_notice WHERE message_id = message.id AND withdrawn_at IS NULL)
        """,
    ),
    Invariant(
        name="notices_sent_once",
        room="notices",
        says="A message was sent at most once, unless a person had it sent again.",
        sql="""
            SELECT attempt.message_id, count(*)
            FROM notices_attempt attempt JOIN notices_message message ON message.id = attempt.message_id
            WHERE attempt.result = 'sent' AND message.resent = 0
            GROUP BY attempt.message_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        name="notices_sent_messages_keep_no_address",
        room="notices",
        says="The addresses of a message are forgotten when it was sent.",
        sql="SELECT id FROM notices_message WHERE state IN ('sent', 'withdrawn') AND contacts_sealed <> ''",
    ),
    Invariant(
        name="notices_ended_calls_were_made",
        room="notices",
        says="A call with an outcome other than that it was not needed was tried.",
        sql="""
            SELECT id FROM notices_call WHERE outcome NOT IN ('', 'not_needed') AND tries = 0
        """,
    ),
)
