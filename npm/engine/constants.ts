// Generated from Rust by engine/tests/constants.rs, which says how. Do not edit.

// An input of the machine, for `client_handle`. `RECONNECT`, `FAIL`, `FAIL_ON` and `FAIL_ON_FIRST` take the slot `ID`,
// if it was written. `FAIL_ON_FIRST` is a failure before any event of the stream was delivered.
export const INPUT_START = 0;
export const INPUT_BODY = 1;
export const INPUT_END = 2;
export const INPUT_UNUSABLE = 3;
export const INPUT_BODY_FAILED = 4;
export const INPUT_HIDDEN = 5;
export const INPUT_VISIBLE = 6;
export const INPUT_CACHED = 7;
export const INPUT_RESTORED = 8;
export const INPUT_ONLINE = 9;
export const INPUT_COMPLETE = 10;
export const INPUT_RESET = 11;
export const INPUT_NOT_STREAMED = 12;
export const INPUT_ABORTED = 13;
export const INPUT_LEFT = 14;
export const INPUT_FORBIDDEN = 15;
export const INPUT_PAUSE = 16;
export const INPUT_RESUME = 17;
export const INPUT_RECONNECT = 18;
export const INPUT_FAIL = 19;
export const INPUT_FAIL_ON = 20;
export const INPUT_FAIL_ON_FIRST = 21;
export const INPUT_LEAVING = 22;
export const INPUT_UNPREPARED = 23;

// The kind of a step: an output of the machine, or a batch of events.
export const STEP_WAIT = 0;
export const STEP_EVENTS = 1;
export const STEP_SEND = 2;
export const STEP_READ = 3;
export const STEP_CANCEL = 4;
export const STEP_YIELD = 5;
export const STEP_OPEN = 6;
export const STEP_ASK = 7;
export const STEP_LOST = 8;
export const STEP_FAILED = 9;
export const STEP_COMPLETE = 10;
export const STEP_ABORTED = 11;
export const STEP_UNFINISHED = 12;

// Offsets in a step, in words of 32 bits; only `TIMES_AT`, of numbers of 64 bits, is in bytes. A text is two words: its
// address, and its length in bytes (`METHOD`) or UTF-16 units (`TEXT`, `HEADER`, `EVENT`). `EVENT` is three texts: type,
// data, last event ID.
export const STEP_KIND_AT = 0;
export const STEP_BATCH_AT = 1;
export const STEP_ATTEMPT_AT = 2;
export const STEP_STATUS_AT = 3;
export const STEP_FLAGS_AT = 4;
export const STEP_CODE_AT = 5;
export const STEP_METHOD_AT = 6;
export const STEP_TEXT_AT = 8;
export const STEP_HEADER_AT = 10;
export const STEP_EVENT_AT = 12;
export const STEP_TIMES_AT = 72;

// Flags of a step.
export const STEP_IS_ID_UNSENDABLE = 1;
export const STEP_HAS_DELIVERED = 2;
export const STEP_HAS_UNFINISHED = 4;
export const STEP_IS_REOPENING = 8;

// The code of a request that the user asked for by a reconnect. No error has this code.
export const REASON_RECONNECT = 255;

// Values of `client_status`.
export const STATUS_CONNECTING = 0;
export const STATUS_OPEN = 1;
export const STATUS_WAITING = 2;
export const STATUS_PAUSED = 3;
export const STATUS_CLOSED = 4;

// Indices of the options of a client, in an array of 64-bit numbers. NaN means the default; the default of a flag is 0.
export const OPTION_ONCE = 0;
export const OPTION_GIVEN = 1;
export const OPTION_HAS_BODY = 2;
export const OPTION_RENEWS_CREDENTIALS = 3;
export const OPTION_UNTIL = 4;
export const OPTION_PAUSES_WHEN_HIDDEN = 5;
export const OPTION_IGNORES_PAGE = 6;
export const OPTION_CONNECT_TIMEOUT = 7;
export const OPTION_IDLE_TIMEOUT = 8;
export const OPTION_MAX_EVENT_SIZE = 9;
export const OPTION_RECONNECTION_TIME = 10;
export const OPTION_SEED = 11;
export const OPTION_RETRY = 12;
export const OPTION_RETRY_INITIAL_DELAY = 13;
export const OPTION_RETRY_MAX_DELAY = 14;
export const OPTION_RETRY_FACTOR = 15;
export const OPTION_RETRY_JITTER = 16;
export const OPTION_RETRY_MAX_ATTEMPTS = 17;
export const OPTION_EVENT_TIMEOUT = 18;
export const OPTION_MAX_ERROR_BODY = 19;
export const OPTION_UNFINISHED = 20;
export const OPTION_DEDUPE = 21;
export const OPTION_COMMENTS = 22;
export const OPTION_HIDES_LAST_EVENT_ID = 23;
export const OPTION_IN_PAGE = 24;
export const OPTION_SERVER_RETRY = 25;
export const OPTION_COUNT = 26;

// Values of the option `RETRY`: a policy, given by the next options, or the user's function. The default depends on the
// method.
export const RETRY_POLICY = 1;
export const RETRY_FUNCTION = 2;

// Values of the option `UNFINISHED`. The default depends on `ONCE`.
export const UNFINISHED_DISCARD = 1;
export const UNFINISHED_DELIVER = 2;
export const UNFINISHED_ERROR = 3;

// Slots for texts. A text is written to its slot, as UTF-8, before the call that takes it: `client_new` takes `METHOD`
// and `ID`; `client_respond` takes `CONTENT_TYPE` and `RETRY_AFTER`, and `may_accept` takes `CONTENT_TYPE`;
// `client_reject` takes `URL`; `client_handle` and `client_decide` take `ID`; `may_resend` takes `METHOD`.
export const TEXT_METHOD = 0;
export const TEXT_ID = 1;
export const TEXT_COUNT = 2;
export const TEXT_CONTENT_TYPE = 0;
export const TEXT_RETRY_AFTER = 1;
export const TEXT_URL = 0;

// An operation of a batch is three words: its kind, and the start and the end of a string in its text, in UTF-16 units.
// `WIDE` is added if the string is in the wide text. The last two words of `RETRY` are the low and the high half of the
// time.
export const OPERATION_EVENT = 0;
export const OPERATION_EVENT_WITH_ID = 1;
export const OPERATION_NAME = 2;
export const OPERATION_ID = 3;
export const OPERATION_COMMENT = 4;
export const OPERATION_RETRY = 5;
export const OPERATION_ID_ALONE = 6;
export const OPERATION_IGNORED = 7;
export const OPERATION_WIDE = 8;
export const OPERATION_WORDS = 3;

// Offsets in the header of a batch, in words of 32 bits. Only a parser sets `ROOM`, `ROOM_SIZE` and `FLAGS`.
export const BATCH_TEXT_AT = 0;
export const BATCH_TEXT_LENGTH_AT = 1;
export const BATCH_WIDE_AT = 2;
export const BATCH_WIDE_UNITS_AT = 3;
export const BATCH_OPERATIONS_AT = 4;
export const BATCH_OPERATION_COUNT_AT = 5;
export const BATCH_ROOM_AT = 6;
export const BATCH_ROOM_SIZE_AT = 7;
export const BATCH_FLAGS_AT = 8;

// Flags in the header of a parser's batch.
export const PARSED_OVERFLOWED = 1;
export const PARSED_WITHIN_LINE = 2;

// Flags of `parser_new`: the items that JavaScript asks for in addition to events, IDs and reconnection times.
export const WANTS_COMMENTS = 1;
export const WANTS_IGNORED = 2;

// An input of a member that shares a connection, for `member_handle`.
export const MEMBER_JOIN = 0;
export const MEMBER_LEAVE = 1;
export const MEMBER_HIDDEN = 2;
export const MEMBER_VISIBLE = 3;
export const MEMBER_GRANTED = 4;
export const MEMBER_STOLEN = 5;
export const MEMBER_FAIL = 6;
export const MEMBER_RECOVER = 7;
export const MEMBER_FALTER = 8;

// The kind of a step of a member.
export const SHARED_WAIT = 0;
export const SHARED_SEND = 1;
export const SHARED_COMPETE = 2;
export const SHARED_STEAL = 3;
export const SHARED_RELEASE = 4;
export const SHARED_CONNECT = 5;
export const SHARED_DISCONNECT = 6;
export const SHARED_RESEND = 7;
export const SHARED_FAIL = 8;

// Offsets in a step of a member, in words of 32 bits; only `NUMBERS_AT` and `DEADLINE_AT`, of numbers of 64 bits, are in
// bytes. A text is two words: its address and its length in bytes.
export const SHARED_KIND_AT = 0;
export const SHARED_MESSAGE_AT = 1;
export const SHARED_TEXTS_AT = 2;
export const SHARED_NUMBERS_AT = 24;
export const SHARED_DEADLINE_AT = 72;

// Indices of the numbers of a message between members, in a step and for `member_receive`.
export const MESSAGE_KIND = 0;
export const MESSAGE_FROM = 1;
export const MESSAGE_EPOCH = 2;
export const MESSAGE_LEADER = 3;
export const MESSAGE_NUMBER = 4;
export const MESSAGE_OTHER = 5;
export const MESSAGE_COUNT = 6;

// Kinds of messages between members.
export const MESSAGE_HELLO = 0;
export const MESSAGE_PING = 1;
export const MESSAGE_CLAIM = 2;
export const MESSAGE_AT = 3;
export const MESSAGE_LEAD = 4;
export const MESSAGE_EVENTS = 5;
export const MESSAGE_WANT = 6;
export const MESSAGE_FOUND = 7;
export const MESSAGE_BYE = 8;

// Values of `member_role`.
export const ROLE_AWAY = 0;
export const ROLE_JOINING = 1;
export const ROLE_FOLLOWING = 2;
export const ROLE_CLAIMING = 3;
export const ROLE_LEADING = 4;
export const ROLE_APART = 5;

// Slots for texts in the module of `eventsource-wasm/shared`. `member_new`, `member_own` and `member_receive` take `ID`;
// `member_receive` also takes `START`.
export const SHARED_TEXT_ID = 0;
export const SHARED_TEXT_START = 1;
export const SHARED_TEXT_COUNT = 2;

// The `Accept` header of a request.
export const ACCEPT = "text/event-stream";

// The first delay of a retry policy, in milliseconds, by default.
export const INITIAL_DELAY = 3000;
