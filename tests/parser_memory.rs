//! The memory that the parser holds and allocates, counted by the allocator.
#![cfg(not(target_arch = "wasm32"))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use eventsource_wasm::parser::{EventTooLarge, Parser};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

#[derive(Clone, Copy, Debug)]
struct Heap {
    held: usize,
    most: usize,
    /// All bytes ever allocated. A reallocation counts with its whole new size, because it may copy.
    total: usize,
}

impl Heap {
    const EMPTY: Heap = Heap { held: 0, most: 0, total: 0 };
}

thread_local! {
    /// The counts of this thread. Each test has a thread of its own.
    static HEAP: Cell<Heap> = const { Cell::new(Heap::EMPTY) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(taken: usize, given: usize) {
    // A thread that is ending has no counts any more.
    _ = HEAP.try_with(|heap| {
        let Heap { held, most, total } = heap.get();
        let held = (held + taken).saturating_sub(given);
        heap.set(Heap { held, most: most.max(held), total: total + taken });
    });
}

// SAFETY: all calls are forwarded to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller upholds the contract of `GlobalAlloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller upholds the contract of `GlobalAlloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: the caller upholds the contract of `GlobalAlloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Runs `work`, and returns its result with its use of the heap.
fn during<T>(work: impl FnOnce() -> T) -> (T, Heap) {
    HEAP.set(Heap::EMPTY);
    let result = work();
    (result, HEAP.get())
}

/// Feeds a field of this many bytes in chunks of 1 KiB. Returns the number of events, or the error.
fn feed(parser: &mut Parser, field: &str, bytes: usize) -> Result<usize, EventTooLarge> {
    let chunk = [b'x'; KIB];
    let mut events = 0;
    parser.feed(field.as_bytes());
    for _ in 0..bytes / KIB {
        parser.feed(&chunk);
        while parser.next_event()?.is_some() {
            events += 1;
        }
    }
    Ok(events)
}

fn finish(parser: &mut Parser) -> usize {
    parser.feed(b"\n\n");
    let mut events = 0;
    while parser.next_event().unwrap().is_some() {
        events += 1;
    }
    events
}

#[test]
fn after_a_large_event_the_memory_shrinks_back() {
    for field in ["data: ", "data: x\nevent: ", "data: x\nid: "] {
        let ((mut parser, events), large) = during(|| {
            let mut parser = Parser::new();
            feed(&mut parser, field, 32 * MIB).unwrap();
            let events = finish(&mut parser);
            (parser, events)
        });
        assert_eq!(events, 1);
        assert!(large.most >= 32 * MIB && large.most <= 128 * MIB, "{field:?} {large:?}");
        // The last event ID is kept until another ID replaces it.
        parser.feed(b"id: 1\ndata: small\n\ndata: small\n\n");
        assert_eq!(finish(&mut parser), 2);
        parser.feed(b"");
        let held = HEAP.get().held;
        assert!(held <= 2 * MIB, "{field:?}: {held} bytes are held");
    }
}

/// Names and IDs are copied if their lines are in an earlier chunk than the blank line.
#[test]
fn after_a_large_name_or_id_the_memory_shrinks_back() {
    for (field, is_reset) in ["event: ", "id: "].into_iter().flat_map(|field| [(field, false), (field, true)]) {
        let mut parser = Parser::new();
        let large = [field.as_bytes(), &vec![b'x'; 16 * MIB], b"\n"].concat();
        for chunk in [&large[..], b"data: x\n", b"\n", b"id: 1\ndata: small\n\n", b"data: small\n\n", b": more\n", b""]
        {
            parser.feed(chunk);
            while parser.next_event().unwrap().is_some() {}
            if is_reset && chunk == b"data: x\n" {
                parser.reset();
            }
        }
        drop(large);
        let held = HEAP.get().held;
        assert!(held <= 2 * MIB, "{field:?}, reset {is_reset}: {held} bytes are held");
    }
}

#[test]
fn a_limit_bounds_memory_and_an_event_over_it_is_released() {
    const LIMIT: usize = MIB;
    for field in ["data: ", "event: ", "id: ", "unknown: "] {
        let mut parser = Parser::new().with_max_event_size(LIMIT);
        let (result, heap) = during(|| feed(&mut parser, field, 8 * MIB));
        assert_eq!(result, Err(EventTooLarge { limit: LIMIT }));
        assert!(heap.most <= 3 * LIMIT, "{field:?} {heap:?}");
        // The next chunk releases the memory. Until then, events that were handed out earlier must stay readable.
        parser.feed(b"");
        let held = HEAP.get().held;
        assert!(held <= KIB, "{field:?}: {held} bytes are held");
        // Bytes that are fed after the error are not kept either.
        let (result, heap) = during(|| feed(&mut parser, "data: ", 8 * MIB));
        assert_eq!(result, Err(EventTooLarge { limit: LIMIT }));
        assert!(heap.most <= 4 * KIB, "{field:?} {heap:?}");
        let ((), heap) = during(|| (0..MIB).for_each(|_| parser.feed(b"data: without asking for events\n")));
        assert!(heap.most <= 4 * KIB, "{field:?} {heap:?}");
    }
}

#[test]
fn a_comment_over_the_limit_is_left_out_and_its_memory_is_bounded_by_the_limit() {
    const LIMIT: usize = MIB;
    let mut parser = Parser::new().with_max_event_size(LIMIT);
    let (result, heap) = during(|| feed(&mut parser, "data: 1\n: ", 8 * MIB));
    assert_eq!(result, Ok(0));
    // The following bytes of the comment do not fail as an event that is too large either.
    parser.feed(&vec![b'x'; 2 * LIMIT]);
    assert_eq!(parser.next_event(), Ok(None));
    assert!(heap.most <= 3 * LIMIT, "{heap:?}");
    parser.feed(b"\ndata: 2\n\n");
    assert_eq!(parser.next_event().unwrap().unwrap().data(), "1\n2");
}

#[test]
fn a_limit_counts_all_lines_of_an_event() {
    for line in ["data: 0123456789\n", "data: 0123456789\nevent: 0123456789\nid: 0123456789\n"] {
        let mut parser = Parser::new().with_max_event_size(MIB);
        let ((), heap) = during(|| {
            let overflows = (0..MIB).any(|_| {
                parser.feed(line.as_bytes());
                parser.next_event().is_err()
            });
            assert!(overflows);
            parser.reset();
        });
        assert!(heap.most <= 4 * MIB, "{line:?} {heap:?}");
        assert!(heap.held <= KIB, "{line:?} {heap:?}");
    }
}

#[test]
fn many_events_need_no_more_memory_than_one() {
    let mut parser = Parser::new();
    let ((), heap) = during(|| {
        for _ in 0..100_000 {
            parser.feed(b"event: tick\nid: 12345\ndata: {\"price\":1}\ndata: 2\n\n");
            while parser.next_event().unwrap().is_some() {}
        }
    });
    assert!(heap.total <= 2 * KIB, "{heap:?}");
}

#[test]
fn the_memory_for_growing_the_buffer_is_linear_in_bytes() {
    let mut parser = Parser::new();
    let (_, heap) = during(|| feed(&mut parser, "data: ", 64 * MIB));
    assert!(heap.total <= 4 * 64 * MIB, "{heap:?}");
}

#[test]
fn reset_releases_the_memory_of_the_unfinished_event() {
    let (_parser, heap) = during(|| {
        let mut parser = Parser::new();
        feed(&mut parser, "data: ", 8 * MIB).unwrap();
        parser.reset();
        parser
    });
    assert!(heap.held <= KIB, "{heap:?}");
}
