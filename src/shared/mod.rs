//! The rules by which members (tabs, frames, workers) share one connection, without I/O: who leads, behind which event a connection
//! begins, and which events a member has had.
//!
//! - Members exchange [messages](Message) over a channel. Messages of one sender keep their order.
//! - One member leads: it has the connection, numbers the events, and sends them to all. A lock decides who leads. Without locks the
//!   members elect a leader.
//! - A [`Term`] is the time of one leader. A member ignores a message of an earlier term than it knows of. So two leaders for a moment
//!   do no harm.
//! - A new leader asks the others for their last events. Its connection begins behind the oldest of these. A member that is further
//!   ahead leaves out what it has had, by ID.
//! - A member is *apart* if the leader cannot give it what it lacks. It has a connection of its own, until its last event is one that
//!   the leader has sent, too.
//!
//! The loop that carries this out:
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

mod log;
mod message;
mod term;

use alloc::borrow::ToOwned;
use alloc::collections::VecDeque;
use alloc::string::String;

use log::Log;
pub use message::{Kind, Message};
pub use term::{Place, Term};

/// Milliseconds: since any fixed moment, or of the wall clock since 1970.
pub type Time = u64;

/// How long a member that claims to lead waits for the others to say where they are.
const ANSWERING: Time = 40;
/// How long a member without locks waits for a leader to say that it is there.
const GREETING: Time = 120;
/// How long a leader may be silent before it is asked whether it is there.
const SILENCE: Time = 400;
/// How long it has for an answer.
const PATIENCE: Time = 500;
/// Both, for a member that nobody sees: it has time.
const HIDDEN_SILENCE: Time = 10_000;
/// How long a message is on its way, at most, unless something is wrong.
const DELAY: Time = 1000;

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Role {
    /// Not there: it has not joined, or has left.
    Away = 0,
    /// Has found nobody yet.
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

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this to all others.
    Send(Message),
    /// Ask for the lock; `granted` once it is there.
    Compete,
    /// Take the lock from whoever has it; `granted` once it is there.
    Steal,
    /// Give up the lock, or the wish for it.
    Release,
    /// Connect, behind the event with this ID.
    Connect {
        /// Empty for none.
        id: String,
    },
    /// Give up the connection.
    Disconnect,
    /// Send the events behind this number again, as [`Kind::Events`].
    Resend {
        /// The number of the last event that somebody has.
        after: u64,
    },
    /// No member can get what the connection needs: end it for all, as this one failed.
    Fail,
    /// Nothing, until an input or this time.
    Wait(Option<Time>),
}

/// What becomes of events of a member's own connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    /// How many of the first events the member has had already.
    pub skip: usize,
    /// The number of the first, if they are to be sent to all others.
    pub number: Option<u64>,
}

/// One member. See the [module](self).
#[derive(Debug)]
pub struct Member {
    me: u64,
    has_locks: bool,
    role: Role,
    /// The greatest that it knows of.
    term: Term,
    place: Place,
    /// The ID of its last event, or that to begin behind.
    id: String,
    /// The ID at its place. It is an earlier one while the leader repeats what the member has had.
    place_id: String,
    /// Behind which the connection began that it leads.
    start: String,
    /// The events that it delivered last.
    log: Log,
    /// The leader's events, while it is apart.
    leaders: Log,
    /// The oldest event that it can send again.
    kept: u64,
    /// Events before it joined that it would like to have, if a leader has them.
    replay: u64,
    /// The least that those who answered a claim have: of the latest term that any of them has a place in.
    least: Option<(Place, String)>,
    is_hidden: bool,
    /// It could not get what the connection needs.
    is_unfit: bool,
    /// Whether another member has ever sent anything.
    has_company: bool,
    /// When the leader last sent anything, or when this member began to wait for that.
    quiet_since: Time,
    pinged_at: Option<Time>,
    /// When it last asked the leader for its place or for events.
    asked_at: Option<Time>,
    /// When it acts by itself: as a claimer, or as one without locks that wants to be.
    acts_at: Option<Time>,
    outputs: VecDeque<Output>,
}

impl Member {
    /// One that is away. `me` is a random number that no other member has; `id` the last event ID to begin behind, empty for none.
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
            is_unfit: false,
            has_company: false,
            quiet_since: 0,
            pinged_at: None,
            asked_at: None,
            acts_at: None,
            outputs: VecDeque::new(),
        }
    }

    /// What it is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The ID of its last event.
    pub fn last_event_id(&self) -> &str {
        &self.id
    }

    /// The term that it knows of.
    pub fn term(&self) -> Term {
        self.term
    }

    /// It is on the channel from now on.
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

    /// It leaves the channel, once it has carried out what this puts out.
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

    /// Whether anyone sees it.
    pub fn set_hidden(&mut self, is_hidden: bool, now: Time) {
        self.is_hidden = is_hidden;
        if !is_hidden {
            self.restart_silence(now);
        }
    }

    /// The lock is there. `wall` is the time of the wall clock.
    pub fn granted(&mut self, wall: Time, now: Time) {
        match self.role {
            Role::Away => self.outputs.push_back(Output::Release),
            Role::Leading | Role::Claiming => {}
            _ => self.claim(wall, now),
        }
    }

    /// Another has taken the lock.
    pub fn stolen(&mut self, now: Time) {
        if matches!(self.role, Role::Leading | Role::Claiming) {
            self.step_down(now);
        }
        if self.role != Role::Away {
            self.outputs.push_back(Output::Compete);
        }
    }

    /// The member that leads cannot get what the connection needs, such as a credential: another may.
    pub fn fail(&mut self, now: Time) {
        if self.role != Role::Leading || !self.has_company || self.is_unfit {
            self.outputs.push_back(Output::Fail);
            return;
        }
        self.is_unfit = true;
        self.abdicate();
        self.restart_silence(now);
        if self.has_locks {
            self.queue_up();
        } else {
            self.acts_at = Some(now + DELAY);
        }
    }

    /// Another could, so that this member may try again.
    pub fn recover(&mut self) {
        self.is_unfit = false;
    }

    /// Events of the member's own connection have come; `ids` has the ID of each, separated by line feeds. Those from number `kept` on can
    /// be sent again.
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

    /// Takes in a message of another member; of events, how many of the first are not to be delivered.
    pub fn receive(&mut self, message: &Message, now: Time) -> usize {
        if self.role == Role::Away {
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
            Kind::Bye if message.term == self.term && self.role != Role::Leading && !self.has_locks => {
                // Visible members go first. A member that may lack events goes last.
                let hesitation = match self.role {
                    Role::Apart => DELAY,
                    _ if self.is_hidden => GREETING,
                    _ => self.me % 30,
                };
                self.acts_at = Some(now + hesitation);
            }
            _ => {}
        }
        usize::MAX
    }

    /// What to do next. `wall` is the time of the wall clock.
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
                        self.outputs.push_back(Output::Steal);
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

    /// Gives up the lock, and asks for it behind all others.
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

    /// The leader is there, or there is reason to wait for that.
    fn restart_silence(&mut self, now: Time) {
        self.quiet_since = now;
        self.pinged_at = None;
    }

    fn message(&self, kind: Kind) -> Message {
        Message {
            kind,
            from: self.me,
            term: self.term,
            number: self.place.number,
            other: self.kept,
            id: self.place_id.clone(),
            start: String::new(),
        }
    }

    fn send(&mut self, kind: Kind) {
        let message = self.message(kind);
        self.outputs.push_back(Output::Send(message));
    }

    fn ask(&mut self, kind: Kind, now: Time) {
        self.asked_at = Some(now);
        self.send(kind);
    }

    fn say_hello(&mut self, now: Time) {
        self.asked_at = Some(now);
        let message = Message { id: self.id.clone(), ..self.message(Kind::Hello) };
        self.outputs.push_back(Output::Send(message));
    }

    /// Whether an answer may still come.
    fn has_asked(&self, now: Time) -> bool {
        self.asked_at.is_some_and(|at| at + DELAY > now)
    }

    /// Says that it leads, if it does.
    fn assert(&mut self) {
        if self.role == Role::Leading {
            let mut message = self.message(Kind::Lead);
            self.start.clone_into(&mut message.start);
            self.outputs.push_back(Output::Send(message));
        }
    }

    fn answer(&mut self, question: &Message, number: u64) {
        let (other, id) = (question.from, question.id.clone());
        let message = Message { other, number, id, ..self.message(Kind::Found) };
        self.outputs.push_back(Output::Send(message));
    }

    fn greet(&mut self, message: &Message) {
        self.assert();
        if self.role == Role::Leading && !message.id.is_empty() && message.id != self.place_id {
            let number = self.log.number_of(&message.id).filter(|number| number + 1 >= self.kept);
            self.answer(message, number.unwrap_or(0));
        }
    }

    /// Says that it leads no more, and follows.
    fn abdicate(&mut self) {
        self.send(Kind::Bye);
        self.outputs.push_back(Output::Disconnect);
        self.role = Role::Following;
        self.acts_at = None;
    }

    /// Another leads. What it has is its place in its own term.
    fn step_down(&mut self, now: Time) {
        self.outputs.push_back(Output::Disconnect);
        self.role = Role::Following;
        self.acts_at = None;
        self.restart_silence(now);
    }

    fn claim(&mut self, wall: Time, now: Time) {
        let is_first = self.term == Term::default();
        self.begin(Term { epoch: wall.max(self.term.epoch + 1), leader: self.me });
        if self.role == Role::Apart {
            self.outputs.push_back(Output::Disconnect);
        }
        self.role = Role::Claiming;
        self.least = None;
        self.send(Kind::Claim);
        // Nobody waits for the lock before one that gets it at once.
        if is_first && self.has_locks {
            self.lead(now);
        } else {
            self.acts_at = Some(now + ANSWERING);
        }
    }

    /// One of those that answer a claim has the least.
    fn compare(&mut self, message: &Message) {
        if self.role != Role::Claiming || message.term.epoch == 0 {
            return;
        }
        let place = Place { term: message.term, number: message.number };
        self.consider(place, &message.id);
    }

    fn consider(&mut self, place: Place, id: &str) {
        let is_less = self.least.as_ref().is_none_or(|(least, _)| {
            (place.term > least.term) || (place.term == least.term && place.number < least.number)
        });
        if is_less {
            self.least = Some((place, id.into()));
        }
    }

    /// Begins to lead, behind the oldest event that is the last of some member.
    fn lead(&mut self, now: Time) {
        if self.has_place() {
            let (place, id) = (self.place, self.place_id.clone());
            self.consider(place, &id);
        }
        self.start = self.least.take().map_or_else(|| self.id.clone(), |(_, id)| id);
        let start = self.start.clone();
        if self.is_behind(&start) {
            // Another, that has more, leads.
            self.abdicate();
            self.restart_silence(now);
            if self.has_locks {
                self.queue_up();
            }
            self.go_apart();
            return;
        }
        self.id_if_fresh(&start);
        self.role = Role::Leading;
        self.place = Place { term: self.term, number: 0 };
        self.place_id.clone_from(&start);
        self.kept = 1;
        self.acts_at = None;
        self.assert();
        self.outputs.push_back(if self.is_unfit { Output::Fail } else { Output::Connect { id: start } });
    }

    /// Whether it knows where a connection would have to begin for it.
    fn has_place(&self) -> bool {
        self.place.term.epoch > 0 && !self.place_id.is_empty()
    }

    /// Whether events may be missing between its last and a connection behind this ID. If not, those that it has had are expected once
    /// more.
    fn is_behind(&mut self, start: &str) -> bool {
        !self.id.is_empty() && self.id != start && !self.log.expect_after(start)
    }

    fn id_if_fresh(&mut self, id: &str) {
        if self.id.is_empty() {
            self.set_id(id);
        }
    }

    /// Takes in events of a term in which it has a place, in their order; counts those that it has had.
    fn take(&mut self, ids: &str, skip: &mut usize) {
        for id in split(ids) {
            self.place.number += 1;
            id.clone_into(&mut self.place_id);
            if self.log.is_repeated(self.place.number, id) {
                *skip += 1;
            } else {
                self.log.push(self.place.number, id);
                self.set_id(id);
            }
        }
    }

    /// A term begins, in which nothing has a number yet.
    fn begin(&mut self, term: Term) {
        self.term = term;
        self.log.begin_term();
        self.leaders.clear();
        self.asked_at = None;
    }

    /// Takes in a claim, the state of a leader, or events, unless they are of an earlier term.
    fn follow(&mut self, message: &Message, now: Time) -> usize {
        if message.term < self.term {
            // It shall know.
            self.assert();
            return usize::MAX;
        }
        if message.term > self.term {
            if matches!(self.role, Role::Leading | Role::Claiming) {
                self.step_down(now);
                if self.has_locks {
                    self.queue_up();
                }
            }
            self.begin(message.term);
            self.acts_at = None;
            if self.role == Role::Joining {
                self.role = Role::Following;
                // The leader was asked before it was known.
                self.asked_at = Some(now);
            }
        }
        self.restart_silence(now);
        if self.role == Role::Joining {
            self.role = Role::Following;
            self.acts_at = None;
        }
        match (message.kind, self.role) {
            (Kind::Claim, _) => {
                if self.has_place() {
                    let at = Message { term: self.place.term, ..self.message(Kind::At) };
                    self.outputs.push_back(Output::Send(at));
                }
                usize::MAX
            }
            (Kind::Lead, Role::Apart) => {
                if message.number > 0 {
                    self.leaders.push(message.number, &message.id);
                    self.meet(now);
                } else if message.start == self.id {
                    self.rejoin(0, now);
                }
                usize::MAX
            }
            (Kind::Lead, _) => {
                self.place_by(message, now);
                usize::MAX
            }
            (_, Role::Apart) => {
                for (id, number) in split(&message.id).zip(message.number..) {
                    self.leaders.push(number, id);
                }
                self.meet(now);
                usize::MAX
            }
            _ => self.events(message, now),
        }
    }

    fn events(&mut self, message: &Message, now: Time) -> usize {
        if self.place.term != self.term {
            // It has no place, so it asks for one.
            if !self.has_asked(now) {
                self.say_hello(now);
            }
            return usize::MAX;
        }
        let next = self.place.number + 1;
        if message.number > next {
            if !self.has_asked(now) {
                self.ask(Kind::Want, now);
            }
            return usize::MAX;
        }
        let mut skip = (next - message.number) as usize;
        let mut rest = message.id.as_str();
        for _ in 0..skip {
            match cut(rest).1 {
                Some(behind) => rest = behind,
                None => return usize::MAX,
            }
        }
        self.asked_at = None;
        self.take(rest, &mut skip);
        skip
    }

    /// Finds its place in the events of a leader.
    fn place_by(&mut self, message: &Message, now: Time) {
        if self.place.term == self.term {
            if message.number > self.place.number && !self.has_asked(now) {
                self.ask(Kind::Want, now);
            }
            return;
        }
        let at = if self.id.is_empty() {
            let past = (message.number + 1).saturating_sub(message.other);
            let at = message.number - self.replay.min(past);
            if at == message.number {
                self.set_id(&message.id);
            }
            (at, self.id.clone())
        } else if self.id == message.id {
            (message.number, self.id.clone())
        } else if message.other == 1 && !self.is_behind(&message.start) {
            (0, message.start.clone())
        } else if message.number == 0 {
            self.go_apart();
            return;
        } else {
            if !self.has_asked(now) {
                self.say_hello(now);
            }
            return;
        };
        self.settle(at.0, at.1, message.number > at.0, now);
    }

    /// What the leader knows of its last event.
    fn find_place(&mut self, message: &Message, now: Time) {
        if self.role != Role::Following {
            return;
        }
        self.asked_at = None;
        if message.number == 0 {
            self.place = Place::default();
            self.go_apart();
        } else if self.place.term != self.term && message.id == self.id {
            // A leader that was frozen may answer what was asked before.
            self.settle(message.number, self.id.clone(), true, now);
        }
    }

    /// It has its place: behind the event of this number.
    fn settle(&mut self, number: u64, id: String, wants: bool, now: Time) {
        self.place = Place { term: self.term, number };
        self.place_id = id;
        self.asked_at = None;
        if wants {
            self.ask(Kind::Want, now);
        }
    }

    fn go_apart(&mut self) {
        self.role = Role::Apart;
        self.place = Place::default();
        self.leaders.clear();
        self.outputs.push_back(Output::Connect { id: self.id.clone() });
    }

    /// Gives up its own connection if its last event is one that the leader has sent.
    fn meet(&mut self, now: Time) {
        if let Some(number) = self.leaders.number_of(&self.id) {
            self.rejoin(number, now);
        }
    }

    fn rejoin(&mut self, number: u64, now: Time) {
        if self.role != Role::Apart {
            return;
        }
        self.role = Role::Following;
        self.leaders.clear();
        self.outputs.push_back(Output::Disconnect);
        self.settle(number, self.id.clone(), true, now);
        // For the state of the leader's connection.
        self.send(Kind::Ping);
    }
}

/// The first of several IDs, and the others, if there are any.
fn cut(ids: &str) -> (&str, Option<&str>) {
    // Not by `str::split`, which is half a KiB.
    let end = ids.bytes().position(|byte| byte == b'\n').unwrap_or(ids.len());
    // Not by ranges, whose message is another.
    (ids.get(..end).unwrap_or_default(), ids.get(end + 1..))
}

fn split(ids: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(ids);
    core::iter::from_fn(move || {
        let (first, others) = cut(rest?);
        rest = others;
        Some(first)
    })
}
