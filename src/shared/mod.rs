//! The protocol by which members (tabs, frames, workers) share one connection, without I/O: which member leads, after which
//! event the connection starts, and which events a member has received.
//!
//! - Members exchange [messages](Message) over a channel. Messages of one sender keep their order.
//! - One member leads: it has the connection, numbers the events, and sends them to all others. A lock decides which member
//!   leads. Without locks the members elect a leader.
//! - A [`Term`] is the time of one leader. A member ignores messages of earlier terms, so two leaders at the same moment do
//!   no harm.
//! - A new leader asks the others for their last events. Its connection starts after the oldest of these events. A member
//!   that has more events skips the repeated events by ID.
//! - A member is *apart* if the leader cannot send the events that it lacks. It then has a connection of its own, until the
//!   leader has also sent its last event.
//!
//! The loop that drives a member:
//!
//! ```text
//! loop {
//!   match member.poll(now) {
//!     Send(message)   => to all others            Connect { id }  => connect behind the event with this ID; member.own(ids) for its events
//!     Compete         => ask for the lock         Disconnect      => give up the connection
//!     Steal           => take the lock            Resend { .. }   => send events again, as `Events`
//!     Release         => give up lock, or asking  Fail            => end it for all
//!     Wait(deadline)  => wait for an input, or for the deadline
//!   }
//! }
//! ```

mod following;
mod ids;
mod leading;
mod log;
mod message;
mod sending;
mod term;

use alloc::borrow::ToOwned;
use alloc::collections::VecDeque;
use alloc::string::String;

use ids::split;
use log::Log;
pub use message::{Kind, Message};
pub use term::{Place, Term};

/// Milliseconds: since any fixed moment, or of the wall clock since 1970.
pub type Time = u64;

/// How long a member that claims to lead waits for the places of the others.
const ANSWERING: Time = 40;
/// How long a new member without locks waits for the message of a leader.
const GREETING: Time = 120;
/// How long a leader may be silent before a member pings it.
const SILENCE: Time = 400;
/// How long a leader may take to answer a ping.
const PATIENCE: Time = 500;
/// Like [`SILENCE`], but for a hidden member, which is in no hurry.
const HIDDEN_SILENCE: Time = 10_000;
/// The longest time that a message normally takes.
const DELAY: Time = 1000;
/// The greatest number of an event in a message. No connection has so many events, and numbers can be added to it.
const MAX_NUMBER: u64 = 1 << 53;

/// The role of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[non_exhaustive]
pub enum Role {
    /// Has not joined, or has left.
    Away = 0,
    /// Has joined, and has found no leader yet.
    Joining = 1,
    /// Gets its events from a leader.
    Following = 2,
    /// Is about to lead.
    Claiming = 3,
    /// Has the connection.
    Leading = 4,
    /// Has a connection of its own.
    Apart = 5,
}

/// How a leader failed to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failed {
    /// It will not try again.
    ForGood,
    /// It would have tried again.
    ForNow,
}

/// What a member knows of requests for the shared connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sent {
    /// No leader has sent one, or the last leader could not: see [`fail`](Member::fail).
    No,
    /// A leader has sent one.
    ByLeader,
    /// This member has sent one, or has a place in the events of a leader.
    ForMember,
}

/// What the shell must do next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Send this to all others.
    Send(Message),
    /// Request the lock; call `granted` once it is acquired.
    Compete,
    /// Take the lock from its holder; call `granted` once it is acquired.
    Steal,
    /// Release the lock, or cancel the request for it.
    Release,
    /// Connect, after the event with this ID.
    Connect {
        /// The ID; empty for none.
        id: String,
    },
    /// Close the connection.
    Disconnect,
    /// Send the events after this number again, as [`Kind::Events`].
    Resend {
        /// The number of the last event that the asking member has.
        after: u64,
    },
    /// No member can connect, for example without a credential: end the source in all members, with the failure of this
    /// member. Without one, the connection was lost, and the request must not be sent again.
    Fail,
    /// Wait for an input, or until this time.
    Wait(Option<Time>),
}

/// How to handle events of a member's own connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Own {
    /// How many of the first events the member has already received.
    pub skip: usize,
    /// The number of the first event, if the events must be sent to all others.
    pub number: Option<u64>,
}

/// One member of a shared connection. See the [module](self).
#[derive(Debug)]
pub struct Member {
    me: u64,
    has_locks: bool,
    role: Role,
    /// The greatest term that the member has seen.
    term: Term,
    place: Place,
    /// The ID of the last event, or the ID to start after.
    id: String,
    /// The ID at `place`. It is older than `id` while the leader repeats events that the member has received.
    place_id: String,
    /// The ID after which the connection of this leader started.
    start: String,
    /// The last events that were delivered.
    log: Log,
    /// The events of the leader, while this member is apart.
    leaders: Log,
    /// The number of the oldest event that this leader can resend.
    kept: u64,
    /// How many earlier events the member asks for when it joins, if the leader still has them.
    replay: u64,
    /// The lowest place in the answers to a claim, in the latest term of these answers.
    least: Option<(Place, String)>,
    is_hidden: bool,
    /// The failure of this member to connect as leader, for example without a credential, since a member last connected.
    failed: Option<Failed>,
    /// Whether the request must not be sent again.
    is_once: bool,
    sent: Sent,
    /// Whether another member has ever sent a message.
    has_company: bool,
    /// When the leader last sent a message, or when the wait for one began.
    quiet_since: Time,
    pinged_at: Option<Time>,
    /// When the member last asked the leader for its place or for events.
    asked_at: Option<Time>,
    /// When the member acts without an input: a claiming member starts to lead, a member without locks claims.
    acts_at: Option<Time>,
    outputs: VecDeque<Output>,
}

impl Member {
    /// A member that has not joined. `me` is a random number that no other member has; `id` is the last event ID to start
    /// after, empty for none.
    pub fn new(me: u64, has_locks: bool, id: &str, replay: u64) -> Member {
        Member {
            me,
            has_locks,
            role: Role::Away,
            term: Term::default(),
            place: Place::default(),
            id: id.into(),
            place_id: String::new(),
            start: String::new(),
            log: Log::default(),
            leaders: Log::default(),
            kept: 1,
            replay,
            least: None,
            is_hidden: false,
            failed: None,
            is_once: false,
            sent: Sent::No,
            has_company: false,
            quiet_since: 0,
            pinged_at: None,
            asked_at: None,
            acts_at: None,
            outputs: VecDeque::new(),
        }
    }

    /// Ends the source instead of a second request: by default for methods that are not idempotent.
    pub fn set_once(&mut self) {
        self.is_once = true;
    }

    /// The role of this member.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The ID of the last event.
    pub fn last_event_id(&self) -> &str {
        &self.id
    }

    /// The latest term that this member has seen.
    pub fn term(&self) -> Term {
        self.term
    }

    /// Joins the channel.
    pub fn join(&mut self, now: Time) {
        if self.role != Role::Away {
            return;
        }
        self.role = Role::Joining;
        self.restart_silence(now);
        self.say_hello(now);
        if self.has_locks {
            self.outputs.push_back(Output::Compete);
        } else {
            self.acts_at = Some(now + GREETING);
        }
    }

    /// Leaves the channel. Execute the outputs of this call before the channel is closed.
    pub fn leave(&mut self) {
        match self.role {
            Role::Away => return,
            Role::Leading | Role::Claiming => self.abdicate(),
            Role::Apart => self.outputs.push_back(Output::Disconnect),
            Role::Joining | Role::Following => {}
        }
        self.outputs.push_back(Output::Release);
        self.role = Role::Away;
        self.acts_at = None;
    }

    /// Sets whether the page of this member is hidden.
    pub fn set_hidden(&mut self, is_hidden: bool, now: Time) {
        self.is_hidden = is_hidden;
        if !is_hidden {
            self.restart_silence(now);
        }
    }

    /// Call this when the lock is acquired. `wall` is the time of the wall clock.
    pub fn granted(&mut self, wall: Time, now: Time) {
        match self.role {
            Role::Away => self.outputs.push_back(Output::Release),
            Role::Leading | Role::Claiming => {}
            _ => self.claim(wall, now),
        }
    }

    /// Call this when another member has taken the lock.
    pub fn stolen(&mut self, now: Time) {
        if matches!(self.role, Role::Leading | Role::Claiming) {
            self.step_down(now);
        }
        if self.role != Role::Away {
            self.outputs.push_back(Output::Compete);
        }
    }

    /// Call this when the leader cannot connect, for example without a credential: another member may be able to.
    pub fn fail(&mut self, now: Time) {
        if self.role != Role::Leading || !self.has_company || self.failed.is_some() {
            self.outputs.push_back(Output::Fail);
        } else {
            self.hand_over(Failed::ForGood, now);
        }
    }

    /// Call this when the leader fails as in [`fail`](Member::fail), but will try again: another member may succeed now. If
    /// all have tried, the leader itself goes on.
    pub fn falter(&mut self, now: Time) {
        if self.role == Role::Leading && self.has_company && self.failed.is_none() {
            self.hand_over(Failed::ForNow, now);
        }
    }

    fn hand_over(&mut self, failed: Failed, now: Time) {
        self.failed = Some(failed);
        self.sent = Sent::No;
        self.give_way(now);
        if !self.has_locks {
            self.acts_at = Some(now + DELAY);
        }
    }

    /// Call this when a member has connected: this member may then try again.
    pub fn recover(&mut self) {
        self.failed = None;
    }

    /// Handles events of the member's own connection. `ids` holds their IDs, separated by line feeds. Events from number
    /// `kept` on can be resent.
    pub fn own(&mut self, ids: &str, kept: u64, now: Time) -> Own {
        let mut own = Own { skip: 0, number: None };
        let is_leading = self.role == Role::Leading;
        if is_leading {
            own.number = Some(self.place.number + 1);
            self.kept = kept;
            self.take(ids, &mut own.skip);
        } else {
            for id in split(ids) {
                self.log.push(0, id);
                self.set_id(id);
            }
            self.meet(now);
        }
        own
    }

    fn set_id(&mut self, id: &str) {
        if self.id != id {
            id.clone_into(&mut self.id);
        }
    }

    /// Handles a message of another member. Returns how many of its first events must not be delivered: `usize::MAX` for all.
    /// A message with a number above 2<sup>53</sup> is ignored.
    pub fn receive(&mut self, message: &Message, now: Time) -> usize {
        // Another version may send a number that cannot be right.
        if self.role == Role::Away || message.number > MAX_NUMBER {
            return usize::MAX;
        }
        self.has_company = true;
        match message.kind {
            Kind::Hello => self.greet(message),
            Kind::Ping => self.assert(),
            Kind::Claim | Kind::Lead | Kind::Events => return self.follow(message, now),
            Kind::At => self.compare(message),
            Kind::Want if message.term == self.term && self.role == Role::Leading => {
                if message.number + 1 >= self.kept {
                    self.outputs.push_back(Output::Resend { after: message.number });
                } else {
                    self.answer(message, 0);
                }
            }
            Kind::Found if message.other == self.me && message.term == self.term => self.find_place(message, now),
            // The lock may be faster than the channel.
            Kind::Bye if message.term == self.term || self.role == Role::Claiming => self.part(message, now),
            _ => {}
        }
        usize::MAX
    }

    /// Handles the end of a leader's term.
    fn part(&mut self, message: &Message, now: Time) {
        if message.other == 1 && self.role != Role::Apart {
            self.sent = Sent::No;
        }
        if self.has_locks || matches!(self.role, Role::Leading | Role::Claiming) {
            return;
        }
        // Visible members go first. A member that may lack events goes last.
        let hesitation = match self.role {
            Role::Apart => DELAY,
            _ if self.is_hidden => GREETING,
            _ => self.me % 30,
        };
        self.acts_at = Some(now + hesitation);
    }

    /// Returns what the shell must do next. `wall` is the time of the wall clock.
    pub fn poll(&mut self, wall: Time, now: Time) -> Output {
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        if self.role == Role::Away {
            return Output::Wait(None);
        }
        if self.acts_at.is_some_and(|at| at <= now) {
            self.acts_at = None;
            if self.role == Role::Claiming {
                self.lead(now);
            } else {
                self.claim(wall, now);
            }
        } else if !matches!(self.role, Role::Leading | Role::Claiming) {
            match self.pinged_at {
                Some(at) if at + PATIENCE <= now => {
                    self.restart_silence(now);
                    if self.has_locks {
                        // A leader that hangs may go on; another one could only end the source.
                        if !self.is_over(Sent::ByLeader) {
                            self.outputs.push_back(Output::Steal);
                        }
                    } else {
                        self.claim(wall, now);
                    }
                }
                None if self.pings_at() <= now => {
                    self.pinged_at = Some(now);
                    self.send(Kind::Ping);
                }
                _ => {}
            }
        }
        match self.outputs.pop_front() {
            Some(output) => output,
            None => Output::Wait(self.deadline()),
        }
    }

    /// Whether a request must not be sent, because of one that was.
    fn is_over(&self, sent: Sent) -> bool {
        self.is_once && self.sent >= sent
    }

    /// Releases the lock, and requests it again after all others.
    fn queue_up(&mut self) {
        self.outputs.push_back(Output::Release);
        self.outputs.push_back(Output::Compete);
    }

    fn deadline(&self) -> Option<Time> {
        if matches!(self.role, Role::Leading | Role::Claiming) {
            return self.acts_at;
        }
        let ping = self.pinged_at.map_or(self.pings_at(), |at| at + PATIENCE);
        Some(self.acts_at.map_or(ping, |at| at.min(ping)))
    }

    fn pings_at(&self) -> Time {
        self.quiet_since + if self.is_hidden { HIDDEN_SILENCE } else { SILENCE }
    }

    /// The leader has sent a message, or the wait for one begins.
    fn restart_silence(&mut self, now: Time) {
        self.quiet_since = now;
        self.pinged_at = None;
    }
}
