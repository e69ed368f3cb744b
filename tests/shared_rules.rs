//! Single rules of members that share a connection, one test for each. `tests/shared.rs` simulates random tabs.

use eventsource_wasm::shared::{Kind, Member, Message, Output, Role, Term};

/// Members on a channel that delivers at once. The test itself grants the lock.
struct Site {
    now: u64,
    members: Vec<Member>,
    /// The outputs of each member, without messages and waits.
    outputs: Vec<Vec<Output>>,
    /// Whether messages to this member are lost.
    is_deaf: Vec<bool>,
}

impl Site {
    fn new(count: u64) -> Site {
        let members = (1..=count).map(|me| Member::new(me, true, "", 0)).collect::<Vec<_>>();
        let (outputs, is_deaf) = (vec![Vec::new(); members.len()], vec![false; members.len()]);
        let mut site = Site { now: 0, members, outputs, is_deaf };
        for member in 0..site.members.len() {
            site.members[member].join(0);
            site.run();
            if member == 0 {
                site.members[0].granted(1000, 0);
                site.run();
            }
        }
        site
    }

    /// Polls all members, and sends their messages, until all wait.
    fn run(&mut self) {
        loop {
            let mut is_idle = true;
            for from in 0..self.members.len() {
                match self.members[from].poll(1000 + self.now, self.now) {
                    Output::Wait(_) => continue,
                    Output::Send(message) => self.send(from, &message),
                    output => self.outputs[from].push(output),
                }
                is_idle = false;
            }
            if is_idle {
                return;
            }
        }
    }

    fn send(&mut self, from: usize, message: &Message) {
        for to in 0..self.members.len() {
            if to != from && !self.is_deaf[to] {
                self.members[to].receive(message, self.now);
            }
        }
    }

    /// Delivers events of the leader's connection to all members.
    fn events(&mut self, leader: usize, ids: &str) {
        let number = self.members[leader].own(ids, 1, self.now).number.expect("it leads");
        let term = self.members[leader].term();
        let message =
            Message { kind: Kind::Events, from: 0, term, number, other: 0, id: ids.into(), start: String::new() };
        self.send(leader, &message);
        self.run();
    }

    fn wait(&mut self, time: u64) {
        self.now += time;
        self.run();
    }

    fn connects(&self, member: usize) -> Vec<&str> {
        let connects = self.outputs[member].iter();
        connects
            .filter_map(|output| if let Output::Connect { id } = output { Some(id.as_str()) } else { None })
            .collect()
    }
}

#[test]
fn a_new_leader_resumes_from_the_oldest_position_and_no_other_member_connects() {
    let mut site = Site::new(3);
    site.events(0, "a\nb");
    site.is_deaf[2] = true;
    site.events(0, "c\nd");
    site.is_deaf[2] = false;
    site.is_deaf[0] = true;
    site.members[1].granted(2000, site.now);
    site.run();
    site.wait(50);
    assert_eq!(site.members[1].role(), Role::Leading);
    assert_eq!(site.connects(1), ["b"]);
    // The new leader has already had the first two events.
    let own = site.members[1].own("c\nd\ne", 1, site.now);
    assert_eq!((own.skip, own.number), (2, Some(1)));
    assert_eq!((site.connects(2), site.members[2].role()), (vec![], Role::Following));
}

#[test]
fn the_failure_of_a_leader_is_final_if_it_is_alone_and_otherwise_another_tries() {
    let mut site = Site::new(1);
    site.members[0].fail(site.now);
    site.run();
    assert!(site.outputs[0].contains(&Output::Fail));

    let mut site = Site::new(2);
    site.events(0, "a");
    site.members[0].fail(site.now);
    site.run();
    assert!(!site.outputs[0].contains(&Output::Fail));
    assert_eq!(site.members[0].role(), Role::Following);
    site.members[1].granted(2000, site.now);
    site.run();
    site.wait(50);
    assert_eq!(site.connects(1), ["a"]);
    site.members[1].fail(site.now);
    site.run();
    // The first member gets the lock again. No member connects successfully.
    site.members[0].granted(3000, site.now);
    site.run();
    site.wait(50);
    assert_eq!(site.outputs[0].last(), Some(&Output::Fail));
}

#[test]
fn a_leader_knows_a_member_whose_hello_came_before_the_leader_was_there() {
    let mut site = Site::new(0);
    for me in [1, 2] {
        site.members.push(Member::new(me, true, "", 0));
        site.outputs.push(Vec::new());
        site.is_deaf.push(false);
    }
    for member in [1, 0] {
        site.members[member].join(0);
        site.run();
    }
    site.members[0].granted(1000, 0);
    site.run();
    assert_eq!((site.members[0].role(), site.members[1].role()), (Role::Leading, Role::Following));
    site.members[0].fail(site.now);
    site.run();
    assert!(!site.outputs[0].contains(&Output::Fail));
    assert_eq!(site.members[0].role(), Role::Following);
}

#[test]
fn a_leader_that_falters_lets_each_other_member_try_once_and_goes_on_when_all_have() {
    let mut site = Site::new(1);
    site.members[0].falter(site.now);
    site.run();
    assert_eq!((site.members[0].role(), site.connects(0)), (Role::Leading, vec![""]));

    let mut site = Site::new(2);
    site.events(0, "a");
    for (leader, other, granted) in [(0, 1, 2000), (1, 0, 3000)] {
        site.members[leader].falter(site.now);
        site.run();
        assert_eq!(site.members[leader].role(), Role::Following);
        site.members[other].granted(granted, site.now);
        site.run();
        site.wait(50);
    }
    // Both have failed, so the first one goes on, and none ends.
    site.members[0].falter(site.now);
    site.run();
    assert_eq!((site.members[0].role(), site.connects(0)), (Role::Leading, vec!["", "a"]));
    assert!(!site.outputs.iter().flatten().any(|output| *output == Output::Fail));
    // After a connection, a failure is the first one again.
    site.members[0].recover();
    site.members[0].falter(site.now);
    site.run();
    assert_eq!(site.members[0].role(), Role::Following);
}

#[test]
fn a_request_that_must_not_be_sent_again_ends_with_its_leader_unless_the_leader_could_not_send_it() {
    let once = |count| {
        let mut site = Site::new(count);
        site.members.iter_mut().for_each(Member::set_once);
        site
    };
    let mut site = once(2);
    site.members[0].leave();
    site.run();
    site.members[1].granted(2000, site.now);
    site.run();
    site.wait(50);
    assert_eq!((site.members[1].role(), site.outputs[1].last()), (Role::Leading, Some(&Output::Fail)));
    assert!(site.connects(1).is_empty());

    // The leader had no credential, so no request is lost.
    let mut site = once(2);
    site.members[0].fail(site.now);
    site.run();
    site.members[1].granted(2000, site.now);
    site.run();
    site.wait(50);
    assert_eq!(site.connects(1), [""]);

    // A leader that hangs may go on.
    let mut site = once(2);
    site.is_deaf = vec![true; 2];
    site.wait(500);
    site.wait(600);
    assert!(!site.outputs[1].contains(&Output::Steal));

    // A member that lost its place has no connection of its own.
    let mut site = once(2);
    site.events(0, "a");
    let term = site.members[0].term();
    let found = Message { kind: Kind::Found, from: 1, term, number: 0, other: 2, id: "a".into(), start: String::new() };
    site.members[1].receive(&found, site.now);
    site.run();
    assert_eq!((site.connects(1), site.outputs[1].last()), (vec![], Some(&Output::Fail)));
}

#[test]
fn a_member_that_lacks_events_the_leader_does_not_keep_connects_by_itself_until_it_has_caught_up() {
    let mut site = Site::new(1);
    site.events(0, "a\nb\nc");
    site.members.push(Member::new(9, true, "x", 0));
    site.outputs.push(Vec::new());
    site.is_deaf.push(false);
    site.members[1].join(site.now);
    site.run();
    assert_eq!((site.members[1].role(), site.connects(1)), (Role::Apart, vec!["x"]));
    site.members[1].own("y\na\nb", 1, site.now);
    site.run();
    assert_eq!(site.members[1].role(), Role::Apart, "the leader delivered b before this member joined");
    // After a silence, the member asks the leader for its position.
    site.wait(500);
    site.members[1].own("c", 1, site.now);
    site.run();
    assert_eq!(site.members[1].role(), Role::Following);
    assert_eq!(site.outputs[1].last(), Some(&Output::Disconnect));
}

/// The messages that a member sends until it waits.
fn says(member: &mut Member, now: u64) -> Vec<Kind> {
    let mut said = Vec::new();
    loop {
        match member.poll(1000 + now, now) {
            Output::Wait(_) => return said,
            Output::Send(message) => said.push(message.kind),
            _ => {}
        }
    }
}

#[test]
fn without_locks_visible_members_claim_first_and_members_that_may_lack_events_last() {
    let term = Term { epoch: 5, leader: 1 };
    let (id, start) = ("c".to_owned(), "a".to_owned());
    let lead = Message { kind: Kind::Lead, from: 1, term, number: 3, other: 4, id, start };
    let mut members = ["", "", "x"].map(|id| Member::new(2, false, id, 0));
    for member in &mut members {
        member.join(0);
        member.receive(&lead, 0);
    }
    let [visible, hidden, apart] = &mut members;
    hidden.set_hidden(true, 0);
    apart.receive(&Message { kind: Kind::Found, number: 0, other: 2, id: "x".into(), ..lead.clone() }, 0);
    assert_eq!([visible.role(), hidden.role(), apart.role()], [Role::Following, Role::Following, Role::Apart]);

    let mut claimed = [None; 3];
    for member in &mut members {
        says(member, 0);
        member.receive(&Message { kind: Kind::Bye, ..lead.clone() }, 0);
    }
    for now in 0..300 {
        for (member, at) in members.iter_mut().zip(&mut claimed) {
            if says(member, now).contains(&Kind::Claim) {
                at.get_or_insert(now);
            }
        }
    }
    let [visible, hidden, apart] = claimed;
    assert!(visible < hidden && visible.is_some(), "{claimed:?}");
    assert!(hidden.is_some() && apart.is_none(), "{claimed:?}");
}

/// Another version of the package may send anything.
#[test]
fn a_message_with_numbers_that_cannot_be_right_does_no_harm() {
    const NUMBERS: [u64; 7] = [0, 1, 2, 1 << 53, (1 << 53) + 1, u64::MAX - 1, u64::MAX];
    const KINDS: [Kind; 9] =
        [Kind::Hello, Kind::Ping, Kind::Claim, Kind::At, Kind::Lead, Kind::Events, Kind::Want, Kind::Found, Kind::Bye];
    let term = Term { epoch: 5, leader: 1 };
    let lead = Message { kind: Kind::Lead, from: 1, term, number: 0, other: 1, id: String::new(), start: "s".into() };
    let member = |id| {
        let mut member = Member::new(2, true, id, 3);
        member.join(0);
        member
    };
    let leading = || {
        let mut member = member("");
        member.granted(1000, 0);
        assert_eq!(member.role(), Role::Leading);
        member
    };
    let following = || {
        let mut member = member("");
        member.receive(&lead, 0);
        assert_eq!(member.role(), Role::Following);
        member
    };
    let apart = || {
        // No leader knows the last event ID of this member.
        let mut member = member("x");
        member.receive(&lead, 0);
        assert_eq!(member.role(), Role::Apart);
        member
    };
    for make in [&(|| member("")) as &dyn Fn() -> Member, &leading, &following, &apart] {
        for (number, other) in NUMBERS.into_iter().flat_map(|number| NUMBERS.map(|other| (number, other))) {
            for kind in KINDS {
                let mut member = make();
                let message = Message { kind, number, other, id: "a\nb\nc".into(), ..lead.clone() };
                let message = Message { term: member.term().max(term), ..message };
                member.receive(&message, 0);
                // Counts on from the number.
                member.receive(&Message { kind: Kind::Events, number: number.saturating_add(1), ..message }, 0);
                says(&mut member, 0);
            }
        }
    }

    // A leader that can resend from number 0 on can resend all of its events.
    let mut member = member("");
    member.receive(&Message { number: 2, other: 0, id: "b".into(), ..lead.clone() }, 0);
    let events = Message { kind: Kind::Events, number: 1, id: "a\nb".into(), ..lead };
    assert_eq!((member.receive(&events, 0), member.last_event_id()), (0, "b"));
}
