//! The module of `eventsource-wasm/shared`: members that share a connection, as plain functions. `npm/shared/` executes their
//! steps.
//!
//! Times are in milliseconds: `now` since any fixed moment, `wall` since 1970.

use alloc::string::String;
use alloc::vec::Vec;

use eventsource_wasm::shared::{Kind, Member, Message, Output, Term, Time};

use crate::border::{NO_TIME, SharedStep, member_input, message, shared_kind, shared_text};
use crate::handles::{Handles, Single};

static ENGINE: Single<Engine> = Single::new(Engine {
    members: Handles::new(),
    message: [0.0; message::COUNT as usize],
    texts: [const { None }; shared_text::COUNT as usize],
});

struct Engine {
    members: Handles<Shared>,
    message: [f64; message::COUNT as usize],
    texts: [Option<Vec<u8>>; shared_text::COUNT as usize],
}

struct Shared {
    member: Member,
    step: SharedStep,
    texts: [String; 2],
}

impl Engine {
    /// Takes a text out of its slot. A `TextEncoder` wrote it, so it is valid UTF-8.
    fn take(&mut self, slot: u32) -> String {
        String::from_utf8(self.texts[slot as usize].take().unwrap_or_default()).unwrap_or_default()
    }
}

fn with<R>(member: usize, act: impl FnOnce(&mut Shared) -> R) -> R {
    ENGINE.with(|engine| act(engine.members.get(member)))
}

/// Makes room for a text in its slot; returns the address. JavaScript writes the text there as UTF-8.
#[unsafe(no_mangle)]
extern "C" fn text_room(slot: usize, length: usize) -> *mut u8 {
    ENGINE.with(|engine| engine.texts[slot].insert(alloc::vec![0; length]).as_mut_ptr())
}

/// The address of the numbers of a message, which JavaScript writes before `member_receive`.
#[unsafe(no_mangle)]
extern "C" fn message_room() -> *mut f64 {
    ENGINE.with(|engine| engine.message.as_mut_ptr())
}

/// Makes a member that has not joined; returns its handle.
#[unsafe(no_mangle)]
extern "C" fn member_new(me: f64, has_locks: bool, replay: f64, resends: bool) -> usize {
    ENGINE.with(|engine| {
        let id = engine.take(shared_text::ID);
        let mut member = Member::new(me as u64, has_locks, &id, replay as u64);
        if !resends {
            member.set_once();
        }
        engine.members.add(Shared { member, step: SharedStep::default(), texts: Default::default() })
    })
}

#[unsafe(no_mangle)]
extern "C" fn member_free(member: usize) {
    ENGINE.with(|engine| engine.members.remove(member));
}

/// Handles an input of [`member_input`].
#[unsafe(no_mangle)]
extern "C" fn member_handle(member: usize, input: u32, wall: f64, now: f64) {
    let now = now as Time;
    with(member, |Shared { member, .. }| match input {
        member_input::JOIN => member.join(now),
        member_input::LEAVE => member.leave(),
        member_input::HIDDEN => member.set_hidden(true, now),
        member_input::VISIBLE => member.set_hidden(false, now),
        member_input::GRANTED => member.granted(wall as Time, now),
        member_input::STOLEN => member.stolen(now),
        member_input::FAIL => member.fail(now),
        member_input::FALTER => member.falter(now),
        _ => member.recover(),
    });
}

/// Handles events of the member's own connection, given by their IDs. Returns how many of the first events the member has
/// already received. `NUMBER` in the message room is then the number of the first event, or 0 if the events are not for the
/// other members.
#[unsafe(no_mangle)]
extern "C" fn member_own(member: usize, kept: f64, now: f64) -> usize {
    ENGINE.with(|engine| {
        let ids = engine.take(shared_text::ID);
        let own = engine.members.get(member).member.own(&ids, kept as u64, now as Time);
        engine.message[message::NUMBER as usize] = own.number.unwrap_or_default() as f64;
        own.skip
    })
}

/// Handles the message in the message room. Returns how many of its first events must not be delivered; less than 0 for all.
#[unsafe(no_mangle)]
extern "C" fn member_receive(member: usize, now: f64) -> f64 {
    ENGINE.with(|engine| {
        let number = |place: u32| engine.message[place as usize] as u64;
        let kind = match number(message::KIND) as u32 {
            0 => Kind::Hello,
            1 => Kind::Ping,
            2 => Kind::Claim,
            3 => Kind::At,
            4 => Kind::Lead,
            5 => Kind::Events,
            6 => Kind::Want,
            7 => Kind::Found,
            _ => Kind::Bye,
        };
        let (from, number, other, term) = (
            number(message::FROM),
            number(message::NUMBER),
            number(message::OTHER),
            Term { epoch: number(message::EPOCH), leader: number(message::LEADER) },
        );
        let (id, start) = (engine.take(shared_text::ID), engine.take(shared_text::START));
        let message = Message { kind, from, term, number, other, id, start };
        match engine.members.get(member).member.receive(&message, now as Time) {
            usize::MAX => -1.0,
            skip => skip as f64,
        }
    })
}

/// Returns the address of the next [`SharedStep`] to execute. It is valid until the next call for this member.
#[unsafe(no_mangle)]
extern "C" fn member_poll(member: usize, wall: f64, now: f64) -> *const SharedStep {
    with(member, |Shared { member, step, texts }| {
        *step = SharedStep::default();
        step.kind = match member.poll(wall as Time, now as Time) {
            Output::Send(message) => {
                step.message = message.kind as u32;
                step.numbers[message::FROM as usize] = message.from as f64;
                step.numbers[message::EPOCH as usize] = message.term.epoch as f64;
                step.numbers[message::LEADER as usize] = message.term.leader as f64;
                step.numbers[message::NUMBER as usize] = message.number as f64;
                step.numbers[message::OTHER as usize] = message.other as f64;
                *texts = [message.id, message.start];
                step.texts = [place(&texts[0]), place(&texts[1])];
                shared_kind::SEND
            }
            Output::Compete => shared_kind::COMPETE,
            Output::Steal => shared_kind::STEAL,
            Output::Release => shared_kind::RELEASE,
            Output::Connect { id } => {
                texts[0] = id;
                step.texts[0] = place(&texts[0]);
                shared_kind::CONNECT
            }
            Output::Disconnect => shared_kind::DISCONNECT,
            Output::Resend { after } => {
                step.numbers[message::NUMBER as usize] = after as f64;
                shared_kind::RESEND
            }
            Output::Fail => shared_kind::FAIL,
            Output::Wait(deadline) => {
                step.deadline = deadline.map_or(NO_TIME, |deadline| deadline as f64);
                shared_kind::WAIT
            }
            _ => unreachable!(),
        };
        &raw const *step
    })
}

fn place(text: &str) -> [u32; 2] {
    [text.as_ptr() as u32, text.len() as u32]
}

/// Returns one of [`shared_role`](crate::border::shared_role).
#[unsafe(no_mangle)]
extern "C" fn member_role(member: usize) -> u32 {
    with(member, |shared| shared.member.role() as u32)
}

/// Writes the latest term that the member has seen, its epoch and its leader, to the message room.
#[unsafe(no_mangle)]
extern "C" fn member_term(member: usize) {
    ENGINE.with(|engine| {
        let term = engine.members.get(member).member.term();
        engine.message[message::EPOCH as usize] = term.epoch as f64;
        engine.message[message::LEADER as usize] = term.leader as f64;
    });
}
