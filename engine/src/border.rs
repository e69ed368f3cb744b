//! The numbers and offsets that cross the border to JavaScript, defined once. `npm/engine/constants.ts` is generated from
//! this file.

use core::mem::offset_of;

use eventsource_wasm::shared::{Kind, Role};

/// A group of constants, for the generator: a prefix of the names, a comment, the names and values.
pub type Group = (&'static str, &'static str, &'static [(&'static str, u32)]);

macro_rules! groups {
    ($($(#[doc = $doc:literal])+ $module:ident, $prefix:literal { $($name:ident = $value:expr,)+ })+) => {
        $(
            $(#[doc = $doc])+
            #[allow(missing_docs)]
            pub mod $module {
                #[allow(unused_imports)]
                use super::*;
                $(pub const $name: u32 = $value as u32;)+
            }
        )+

        /// All constants.
        pub const GROUPS: &[Group] = &[$(
            ($prefix, concat!($($doc, "\n",)+), &[$((stringify!($name), $module::$name),)+]),
        )+];
    };
}

groups! {
    /// An input of the machine, for `client_handle`. `RECONNECT`, `FAIL`, `FAIL_ON` and `FAIL_ON_FIRST` take the slot `ID`,
    /// if it was written. `FAIL_ON_FIRST` is a failure before any event of the stream was delivered.
    input, "INPUT" {
        START = 0,
        BODY = 1,
        END = 2,
        UNUSABLE = 3,
        BODY_FAILED = 4,
        HIDDEN = 5,
        VISIBLE = 6,
        CACHED = 7,
        RESTORED = 8,
        ONLINE = 9,
        COMPLETE = 10,
        RESET = 11,
        NOT_STREAMED = 12,
        ABORTED = 13,
        LEFT = 14,
        FORBIDDEN = 15,
        PAUSE = 16,
        RESUME = 17,
        RECONNECT = 18,
        FAIL = 19,
        FAIL_ON = 20,
        FAIL_ON_FIRST = 21,
        LEAVING = 22,
        UNPREPARED = 23,
    }

    /// The kind of a step: an output of the machine, or a batch of events.
    kind, "STEP" {
        WAIT = 0,
        EVENTS = 1,
        SEND = 2,
        READ = 3,
        CANCEL = 4,
        YIELD = 5,
        OPEN = 6,
        ASK = 7,
        LOST = 8,
        FAILED = 9,
        COMPLETE = 10,
        ABORTED = 11,
        UNFINISHED = 12,
    }

    /// Offsets in a step, in words of 32 bits; only `TIMES_AT`, of numbers of 64 bits, is in bytes. A text is two words: its
    /// address, and its length in bytes (`METHOD`) or UTF-16 units (`TEXT`, `HEADER`, `EVENT`). `EVENT` is three texts: type,
    /// data, last event ID.
    step, "STEP" {
        KIND_AT = offset_of!(Step, kind) / 4,
        BATCH_AT = offset_of!(Step, batch) / 4,
        ATTEMPT_AT = offset_of!(Step, attempt) / 4,
        STATUS_AT = offset_of!(Step, status) / 4,
        FLAGS_AT = offset_of!(Step, flags) / 4,
        CODE_AT = offset_of!(Step, code) / 4,
        METHOD_AT = offset_of!(Step, method) / 4,
        TEXT_AT = offset_of!(Step, text) / 4,
        HEADER_AT = offset_of!(Step, header) / 4,
        EVENT_AT = offset_of!(Step, event) / 4,
        TIMES_AT = offset_of!(Step, times),
    }

    /// Flags of a step.
    flag, "STEP" {
        IS_ID_UNSENDABLE = 1,
        HAS_DELIVERED = 2,
        HAS_UNFINISHED = 4,
        IS_REOPENING = 8,
    }

    /// The code of a request that the user asked for by a reconnect. No error has this code.
    reason, "REASON" {
        RECONNECT = 255,
    }

    /// Values of `client_status`.
    status, "STATUS" {
        CONNECTING = 0,
        OPEN = 1,
        WAITING = 2,
        PAUSED = 3,
        CLOSED = 4,
    }

    /// Indices of the options of a client, in an array of 64-bit numbers. NaN means the default; the default of a flag is 0.
    option, "OPTION" {
        ONCE = 0,
        GIVEN = 1,
        HAS_BODY = 2,
        RENEWS_CREDENTIALS = 3,
        UNTIL = 4,
        PAUSES_WHEN_HIDDEN = 5,
        IGNORES_PAGE = 6,
        CONNECT_TIMEOUT = 7,
        IDLE_TIMEOUT = 8,
        MAX_EVENT_SIZE = 9,
        RECONNECTION_TIME = 10,
        SEED = 11,
        RETRY = 12,
        RETRY_INITIAL_DELAY = 13,
        RETRY_MAX_DELAY = 14,
        RETRY_FACTOR = 15,
        RETRY_JITTER = 16,
        RETRY_MAX_ATTEMPTS = 17,
        EVENT_TIMEOUT = 18,
        MAX_ERROR_BODY = 19,
        UNFINISHED = 20,
        DEDUPE = 21,
        COMMENTS = 22,
        HIDES_LAST_EVENT_ID = 23,
        IN_PAGE = 24,
        SERVER_RETRY = 25,
        COUNT = 26,
    }

    /// Values of the option `RETRY`: a policy, given by the next options, or the user's function. The default depends on the
    /// method.
    retry, "RETRY" {
        POLICY = 1,
        FUNCTION = 2,
    }

    /// Values of the option `UNFINISHED`. The default depends on `ONCE`.
    unfinished, "UNFINISHED" {
        DISCARD = 1,
        DELIVER = 2,
        ERROR = 3,
    }

    /// Slots for texts. A text is written to its slot, as UTF-8, before the call that takes it: `client_new` takes `METHOD`
    /// and `ID`; `client_respond` takes `CONTENT_TYPE` and `RETRY_AFTER`, and `may_accept` takes `CONTENT_TYPE`;
    /// `client_reject` takes `URL`; `client_handle` and `client_decide` take `ID`; `may_resend` takes `METHOD`.
    text, "TEXT" {
        METHOD = 0,
        ID = 1,
        COUNT = 2,
        CONTENT_TYPE = 0,
        RETRY_AFTER = 1,
        URL = 0,
    }

    /// An operation of a batch is three words: its kind, and the start and the end of a string in its text, in UTF-16 units.
    /// `WIDE` is added if the string is in the wide text. The last two words of `RETRY` are the low and the high half of the
    /// time.
    operation, "OPERATION" {
        EVENT = 0,
        EVENT_WITH_ID = 1,
        NAME = 2,
        ID = 3,
        COMMENT = 4,
        RETRY = 5,
        ID_ALONE = 6,
        IGNORED = 7,
        WIDE = 8,
        WORDS = 3,
    }

    /// Offsets in the header of a batch, in words of 32 bits. Only a parser sets `ROOM`, `ROOM_SIZE` and `FLAGS`.
    batch, "BATCH" {
        TEXT_AT = 0,
        TEXT_LENGTH_AT = 1,
        WIDE_AT = 2,
        WIDE_UNITS_AT = 3,
        OPERATIONS_AT = 4,
        OPERATION_COUNT_AT = 5,
        ROOM_AT = 6,
        ROOM_SIZE_AT = 7,
        FLAGS_AT = 8,
    }

    /// Flags in the header of a parser's batch.
    parsed, "PARSED" {
        OVERFLOWED = 1,
        WITHIN_LINE = 2,
    }

    /// Flags of `parser_new`: the items that JavaScript asks for in addition to events, IDs and reconnection times.
    wants, "WANTS" {
        COMMENTS = 1,
        IGNORED = 2,
    }

    /// An input of a member that shares a connection, for `member_handle`.
    member_input, "MEMBER" {
        JOIN = 0,
        LEAVE = 1,
        HIDDEN = 2,
        VISIBLE = 3,
        GRANTED = 4,
        STOLEN = 5,
        FAIL = 6,
        RECOVER = 7,
        FALTER = 8,
    }

    /// The kind of a step of a member.
    shared_kind, "SHARED" {
        WAIT = 0,
        SEND = 1,
        COMPETE = 2,
        STEAL = 3,
        RELEASE = 4,
        CONNECT = 5,
        DISCONNECT = 6,
        RESEND = 7,
        FAIL = 8,
    }

    /// Offsets in a step of a member, in words of 32 bits; only `NUMBERS_AT` and `DEADLINE_AT`, of numbers of 64 bits, are in
    /// bytes. A text is two words: its address and its length in bytes.
    shared_step, "SHARED" {
        KIND_AT = offset_of!(SharedStep, kind) / 4,
        MESSAGE_AT = offset_of!(SharedStep, message) / 4,
        TEXTS_AT = offset_of!(SharedStep, texts) / 4,
        NUMBERS_AT = offset_of!(SharedStep, numbers),
        DEADLINE_AT = offset_of!(SharedStep, deadline),
    }

    /// Indices of the numbers of a message between members, in a step and for `member_receive`.
    message, "MESSAGE" {
        KIND = 0,
        FROM = 1,
        EPOCH = 2,
        LEADER = 3,
        NUMBER = 4,
        OTHER = 5,
        COUNT = 6,
    }

    /// Kinds of messages between members.
    message_kind, "MESSAGE" {
        HELLO = Kind::Hello,
        PING = Kind::Ping,
        CLAIM = Kind::Claim,
        AT = Kind::At,
        LEAD = Kind::Lead,
        EVENTS = Kind::Events,
        WANT = Kind::Want,
        FOUND = Kind::Found,
        BYE = Kind::Bye,
    }

    /// Values of `member_role`.
    shared_role, "ROLE" {
        AWAY = Role::Away,
        JOINING = Role::Joining,
        FOLLOWING = Role::Following,
        CLAIMING = Role::Claiming,
        LEADING = Role::Leading,
        APART = Role::Apart,
    }

    /// Slots for texts in the module of `eventsource-wasm/shared`. `member_new`, `member_own` and `member_receive` take `ID`;
    /// `member_receive` also takes `START`.
    shared_text, "SHARED_TEXT" {
        ID = 0,
        START = 1,
        COUNT = 2,
    }
}

/// The next step of a member, for JavaScript to read.
#[repr(C)]
#[derive(Debug, Default)]
pub struct SharedStep {
    /// One of [`shared_kind`].
    pub kind: u32,
    /// One of [`message_kind`].
    pub message: u32,
    /// The IDs of a message, and the ID after which its leader's connection started. For `CONNECT`, the ID to connect after.
    pub texts: [[u32; 2]; 2],
    /// The numbers of a message. For `RESEND`, the number after which events are sent again.
    pub numbers: [f64; message::COUNT as usize],
    /// When to poll again; less than 0 for never.
    pub deadline: f64,
}

/// No time.
pub const NO_TIME: f64 = -1.0;

/// The next step of a client, for JavaScript to read.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Step {
    /// One of [`kind`].
    pub kind: u32,
    /// The address of the batch's header.
    pub batch: u32,
    /// Failures in a row.
    pub attempt: u32,
    /// The status of a refused response; 0 for none.
    pub status: u32,
    /// Flags of [`flag`].
    pub flags: u32,
    /// The code of an error, or the reason of a request: the place of the code in
    /// [`ErrorCode::ALL`](eventsource_wasm::ErrorCode::ALL), counted from 1, or [`reason`]. 0 for none.
    pub code: u32,
    /// The method of a request.
    pub method: [u32; 2],
    /// The last event ID that a request sends, or that the request of an open stream sent; the body of a refused response.
    pub text: [u32; 2],
    /// The `Last-Event-ID` header, a unit for each byte; empty for none.
    pub header: [u32; 2],
    /// The type, the data and the last event ID of the event that the end of a body cut off.
    pub event: [[u32; 2]; 3],
    /// In milliseconds; less than 0 for none. The deadline of `WAIT`; the time until `OPEN`; the delay of `LOST`. For `ASK`,
    /// the time of `Retry-After`, the reconnection time, and the time since the first failure in the row.
    pub times: [f64; 3],
}
