"""What crosses the journal's border: the kinds of entry and the entry itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from wenyuan.kernel.values import light_value

MAX_KEY = 64
"""How many characters a key may have."""


class Kind(StrEnum):
    """What can happen. A kind is never renamed and never changes its meaning: a new one is added."""

    LOAN = "loan"
    RENEWAL = "renewal"
    RETURN = "return"
    TAKEN = "taken"  # 代收: taken back for another lending group, the loan still open
    TRANSIT_SENT = "transit_sent"
    TRANSIT_RECEIVED = "transit_received"
    TRANSIT_CANCELLED = "transit_cancelled"
    CRATE_PACKED = "crate_packed"  # an item put into a crate; the subject of the next two is the item as well
    CRATE_TAKEN_OUT = "crate_taken_out"  # before the crate was sealed
    CRATE_UNPACKED = "crate_unpacked"  # an item that came out of a crate at its destination
    CRATE_SENT = "crate_sent"  # sealed: quantity counts the items on its manifest
    CRATE_HANDED = "crate_handed"  # taken along by whoever carries it
    CRATE_DELIVERED = "crate_delivered"
    CRATE_RECEIVED = "crate_received"  # signed for: quantity counts the items that arrived
    CRATE_DROPPED = "crate_dropped"  # its journey was given up before it left
    DIFFERENCE_FOUND = "difference_found"
    DIFFERENCE_RESOLVED = "difference_resolved"
    CONSIGNMENT_SENT = "consignment_sent"  # a station's batch (流动站批次): quantity counts its items
    CONSIGNMENT_ENDED = "consignment_ended"  # taken back and signed for: quantity counts what came back
    SHORTAGE_SETTLED = "shortage_settled"  # of an item that a batch came back short of: found, charged, written off
    STOP_DONE = "stop_done"  # the van was at a halt: quantity counts the crates it left and took along
    ITEM_ADDED = "item_added"
    ITEM_CHANGED = "item_changed"
    ITEM_WITHDRAWN = "item_withdrawn"
    RECORD_ADDED = "record_added"  # catalogued by hand; the subject of these two is the bib
    RECORD_CHANGED = "record_changed"  # a new version of its record (details: version; fields, or which was restored)
    RECORDS_MERGED = "records_merged"  # two became one; the subject is the bib that stays (details: gone, rows moved)
    RECORDS_PARTED = "records_parted"  # that was undone
    RECORDS_IMPORTED = "records_imported"  # a chunk of a file: quantity counts bib records added or changed
    # Taken over from an old system: what happened there is no act of today, and no figure counts these.
    ITEM_TAKEN_OVER = "item_taken_over"
    PATRON_TAKEN_OVER = "patron_taken_over"
    LOAN_TAKEN_OVER = "loan_taken_over"  # an open loan (details: loan), the subject is the item
    HOLD_TAKEN_OVER = "hold_taken_over"  # the subject is the bib (details: hold)
    FEE_TAKEN_OVER = "fee_taken_over"  # what a reader owed there
    DEPOSIT_TAKEN_OVER = "deposit_taken_over"
    ITEM_SEEN = "item_seen"  # a keyed scan that changed nothing: quantity 0
    ITEM_MOVED = "item_moved"  # seen at another branch than the one on record
    HOLD_PLACED = "hold_placed"
    HOLD_CHANGED = "hold_changed"  # pickup branch, days, suspension or place in the queue
    HOLD_SENT = "hold_sent"  # an item captured for a hold travels to its pickup branch
    HOLD_READY = "hold_ready"  # it stands on the hold shelf there
    HOLD_FILLED = "hold_filled"  # the reader has borrowed the title
    HOLD_PUT_BACK = "hold_put_back"  # its item was lent to another: back to its place in the queue
    HOLD_CANCELLED = "hold_cancelled"
    LOAN_RECALLED = "loan_recalled"  # a hold asks for an item on loan (details: loan, hold), which is due earlier
    HOLD_EXPIRED = "hold_expired"  # waited long enough, or was not fetched from the hold shelf
    ITEM_USED = "item_used"  # read in the library (馆内阅览) and put back
    ITEM_NOT_FOUND = "item_not_found"  # a pick list asked for it and nobody found it on its shelf
    ITEM_LOST = "item_lost"  # by a reader, whose loan ends with it (details: loan), or by the library
    ITEM_MISSING = "item_missing"  # not where it should stand
    ITEM_FOUND = "item_found"  # scanned again after it was lost, missing or claimed returned (details: was)
    ITEM_DAMAGED = "item_damaged"
    ITEM_REPAIRED = "item_repaired"
    CLAIM_MADE = "claim_made"  # a reader says that an item on loan was returned
    CLAIM_WITHDRAWN = "claim_withdrawn"  # they have it after all
    CARD_ISSUED = "card_issued"  # a patron's first card; replacements are card_replaced
    CARD_REPLACED = "card_replaced"
    CARD_LOST = "card_lost"
    CARD_FOUND = "card_found"  # 解挂
    CARD_EXTENDED = "card_extended"  # 延期
    CARD_VERIFIED = "card_verified"  # 验证: a document was looked at again
    CATEGORY_CHANGED = "category_changed"  # a kind of reader added, or what it asks for
    PATRON_CHANGED = "patron_changed"
    PATRON_STATUS = "patron_status"
    PATRON_RESTRICTED = "patron_restricted"  # 停借 or 暂停, one entry a restriction
    PATRON_RELEASED = "patron_released"  # a restriction lifted before its day
    PATRONS_MERGED = "patrons_merged"  # two records of one person became one
    MERGE_UNDONE = "merge_undone"
    VISIT = "visit"
    TYPED_LOANS = "typed_loans"  # a month of a paper register, on its last day: quantity
    TYPED_RETURNS = "typed_returns"
    TYPED_READERS = "typed_readers"  # persons
    ACTIVITY = "activity"  # from the daybook: quantity counts sessions 场次, persons who took part
    ACTIVITY_PLAYS = "activity_plays"  # 点播量 of an activity online
    ACTIVITY_LIKES = "activity_likes"  # 点赞量
    ACTIVITY_ENTRIES = "activity_entries"  # 征集作品: what people sent in to an activity
    ACTIVITY_WINNERS = "activity_winners"  # 获奖读者 of an activity of the library's own
    ITEMS_SWAPPED = "items_swapped"  # 换书: books that readers swapped, none of the library's
    HONOUR = "honour"  # quantity 1
    MEDIA_COVERAGE = "media_coverage"  # quantity 1
    POSTS = "posts"  # posts of our own 推文
    POST_READS = "post_reads"  # 阅读量
    DONATION = "donation"  # received: quantity 1
    DONATED_ITEMS = "donated_items"  # received, not yet accessioned
    MONEY_DONATED = "money_donated"  # 捐款, received or given: quantity 1, persons, amount_fen
    OUTREACH = "outreach"  # quantity 1, persons
    OUTREACH_ITEMS = "outreach_items"  # items taken along or given
    TRAINING = "training"  # quantity counts sessions, persons
    TRAINING_HOURS = "training_hours"  # 学时
    CONTEST = "contest"  # another body's: quantity 1, persons who took part
    CONTEST_ENTRIES = "contest_entries"  # 参赛作品
    CONTEST_WINNERS = "contest_winners"  # 获奖人数
    LOCAL_TITLES = "local_titles"  # 地方文献: 种
    LOCAL_ITEMS = "local_items"  # 地方文献: 册
    NEWSLETTER = "newsletter"  # quantity counts issues 期
    NEWSLETTER_COPIES = "newsletter_copies"  # 印数
    RESOURCE_USE = "resource_use"  # a vendor's statement: quantity counts hits 访问量
    RESOURCE_DOWNLOADS = "resource_downloads"
    RESOURCE_LOANS = "resource_loans"  # 电子文献外借
    RECEPTION = "reception"  # visits received: quantity counts groups 批次, persons
    VOLUNTEERING = "volunteering"  # quantity counts times, persons
    VOLUNTEER_HOURS = "volunteer_hours"  # 服务时长
    FEEDBACK = "feedback"  # quantity counts cases
    ENQUIRY = "enquiry"  # quantity counts cases
    NETWORK_CHANGED = "network_changed"
    CLOSURE_DECLARED = "closure_declared"
    CLOSURE_ENDED = "closure_ended"  # another last day than declared
    CLOSURE_WITHDRAWN = "closure_withdrawn"
    CLOSURE_DRAFTED = "closure_drafted"  # not in force before it is signed, which is closure_declared for each branch
    CLOSURE_ANNOUNCED = "closure_announced"  # persons: how many were told by that channel, 0 where nobody can say
    DUE_DATES_MOVED = "due_dates_moved"  # a chunk of a branch's loans: quantity counts those that a closure moved
    ACCOUNT_CHANGED = "account_changed"
    FEE_CHARGED = "fee_charged"
    FEE_PAID = "fee_paid"
    FEE_FORGIVEN = "fee_forgiven"
    FEE_IN_KIND = "fee_in_kind"  # 赔书: settled by the same edition
    FEE_CANCELLED = "fee_cancelled"  # it was not owed after all
    FEE_REFUNDED = "fee_refunded"
    DEPOSIT_TAKEN = "deposit_taken"
    DEPOSIT_RETURNED = "deposit_returned"
    DAY_CLOSED = "day_closed"  # 日结: amount is what was counted
    DEFINITION_SET = "definition_set"  # what belongs to a figure, from a day on (details: question, counts, since)
    MONTH_CLOSED = "month_closed"  # its figures are frozen (details: month)
    MONTH_ADJUSTED = "month_adjusted"  # what came later is taken into a closed month (details: month)
    POLICY_CHANGED = "policy_changed"  # a row of the loan policies added or ended
    NOTICE_SENT = "notice_sent"  # a message to somebody; quantity counts messages
    NOTICE_FAILED = "notice_failed"  # one that no channel could carry, or of which nobody knows


@light_value(kw_only=True)
class Entry:
    """One row of the journal, before it has an id.

    ``occurred_at`` is aware; ``quantity`` counts items, ``persons`` people, ``amount_fen`` money in fen. ``details``
    hold codes, ids and amounts only: nothing that names a person.
    """

    kind: Kind
    occurred_at: datetime
    door: str
    desk: str = ""
    operator_id: int | None = None
    branch_id: int | None = None
    area_id: int | None = None
    service_point_id: int | None = None
    item_home_id: int | None = None
    item_present_id: int | None = None
    item_owner_id: int | None = None
    patron_home_id: int | None = None
    patron_category: str = ""
    age_band: str = ""
    gender: str = ""
    item_type: str = ""
    document_kind: str = ""
    class_letter: str = ""
    collection: str = ""
    source: str = ""
    quantity: int = 1
    persons: int = 0
    amount_fen: int = 0
    subject_kind: str = ""
    subject_id: int | None = None
    reader_ref: UUID | None = None
    reverses_id: int | None = None
    key: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """A row of the journal as read back: its id, when it was recorded, and the entry."""

    id: int
    recorded_at: datetime
    entry: Entry
