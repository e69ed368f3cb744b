//! Counts the bytes that the parser scans and copies, for the tests that prove linear time. Outside of these tests it does
//! nothing.

#[inline(always)]
pub(super) fn scans(bytes: usize) {
    #[cfg(test)]
    tests::DONE.with_borrow_mut(|done| done.scanned += bytes as u64);
    _ = bytes;
}

#[inline(always)]
pub(super) fn copies(bytes: usize) {
    #[cfg(test)]
    tests::DONE.with_borrow_mut(|done| done.copied += bytes as u64);
    _ = bytes;
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use crate::parser::{Item, Parser};

    #[derive(Clone, Copy, Debug, Default)]
    pub(super) struct Done {
        pub(super) scanned: u64,
        pub(super) copied: u64,
        fed: u64,
        chunks: u64,
        events: u64,
    }

    thread_local! {
        pub(super) static DONE: RefCell<Done> = RefCell::default();
    }

    /// Runs a parser over a stream, takes at most `most` items after each chunk, and checks the work against the bounds.
    fn run_lazily(parser: &mut Parser, chunks: impl IntoIterator<Item = impl AsRef<[u8]>>, most: usize) -> Done {
        DONE.take();
        for chunk in chunks {
            parser.feed(chunk.as_ref());
            DONE.with_borrow_mut(|done| {
                done.fed += chunk.as_ref().len() as u64;
                done.chunks += 1;
            });
            for _ in 0..most {
                let Some(item) = parser.next_item().unwrap() else { break };
                let events = u64::from(matches!(item, Item::Event(_)));
                DONE.with_borrow_mut(|done| done.events += events);
            }
            // After each chunk, as a parser that is not linear would take long to reach the end.
            DONE.with_borrow(Done::check);
        }
        DONE.take()
    }

    /// Like [`run_lazily`], but takes all items after each chunk.
    fn run(parser: &mut Parser, chunks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Done {
        let done = run_lazily(parser, chunks, usize::MAX);
        assert!(done.scanned >= done.fed && done.copied >= done.fed, "some work is not counted: {done:?}");
        done
    }

    impl Done {
        /// Each byte may be scanned and copied a fixed number of times.
        fn check(&self) {
            // Scans for line ends, for NUL in an ID, and for ASCII. The last block of a chunk is scanned as a whole.
            assert!(self.scanned <= 3 * self.fed + 64 * self.chunks, "{self:?}");
            // Copies into the buffer, up to other data, to the front as data and as the unfinished line, and out as a value.
            assert!(self.copied <= 5 * self.fed, "{self:?}");
        }
    }

    fn cut(stream: &[u8], length: usize) -> impl Iterator<Item = &[u8]> {
        stream.chunks(length)
    }

    #[test]
    fn a_line_of_64_mib_in_chunks_of_1_kib() {
        let chunk = [b'x'; 1024];
        let mut parser = Parser::new();
        let body = std::iter::repeat_n(&chunk[..], 64 << 10);
        let done = run(&mut parser, std::iter::once(&b"data: "[..]).chain(body).chain([&b"\n\n"[..]]));
        assert_eq!((done.events, done.fed), (1, (64 << 20) + 8));
        // Only the copy into the buffer, and one move of the unfinished line when bytes before it are dropped.
        assert!(done.copied <= done.fed + 16, "{done:?}");
    }

    #[test]
    fn a_line_of_16_mib_that_is_not_ascii() {
        let chunk = "語".repeat(300);
        let mut parser = Parser::new();
        let body = std::iter::repeat_n(chunk.as_bytes(), (16 << 20) / chunk.len());
        run(&mut parser, std::iter::once(&b"data: x\n\ndata: "[..]).chain(body).chain([&b"\n\n"[..], b"data: y\n\n"]));
    }

    #[test]
    fn a_million_empty_lines() {
        for line_end in ["\n", "\r", "\r\n"] {
            let stream = line_end.repeat(1_000_000);
            for length in [stream.len(), 1024, 1] {
                assert_eq!(run(&mut Parser::new(), cut(stream.as_bytes(), length)).events, 0);
            }
        }
    }

    #[test]
    fn a_million_chunks_of_one_byte() {
        let stream = b"event: tick\nid: 12345\ndata: {\"price\":1}\ndata: 2\n: comment\n\n".repeat(1_000_000 / 59 + 1);
        let done = run(&mut Parser::new(), cut(&stream, 1));
        assert!(done.chunks >= 1_000_000);
        assert_eq!(done.events, done.chunks / 59);
    }

    #[test]
    fn many_data_lines_in_one_event() {
        let stream = [b"data: 0123456789\n".repeat(200_000), b"\n".to_vec()].concat();
        for length in [1, 7, 100, 4096, stream.len()] {
            assert_eq!(run(&mut Parser::new(), cut(&stream, length)).events, 1);
        }
    }

    #[test]
    fn names_and_ids_between_the_data_lines_of_one_event() {
        let stream = [b"data: 0123456789\nevent: some name\nid: some ID\n".repeat(50_000), b"\n".to_vec()].concat();
        for length in [1, 7, 100, 4096, stream.len()] {
            assert_eq!(run(&mut Parser::new(), cut(&stream, length)).events, 1);
        }
    }

    /// Values that outlive their line are not copied again for each later chunk or event.
    #[test]
    fn large_names_ids_and_data_stay_where_they_are() {
        for field in ["event", "id", "data"] {
            let large = format!("{field}: {}\n", "é".repeat(1 << 19));
            for after in [": comment\n", "data\n", "data: small\n\n", "event: e\nid: i\n"] {
                let mut parser = Parser::new();
                let small = std::iter::repeat_n(after.as_bytes(), 20_000);
                run(&mut parser, std::iter::once(large.as_bytes()).chain(small));
            }
        }
    }

    /// The memory of a large event is given back, although each later chunk leaves a smaller event unfinished.
    #[test]
    fn an_unfinished_event_keeps_no_memory_of_a_larger_one() {
        let mut parser = Parser::new();
        let chunk = ["\n\ndata: ", &"x".repeat(300 << 10)].concat();
        let done = run(&mut parser, [format!("data: {}", "x".repeat(16 << 20))].iter().chain([&chunk; 9]));
        assert_eq!(done.events, 9);
        assert!(parser.memory.capacity() < 2 << 20, "{}", parser.memory.capacity());
    }

    /// Events that wait to be taken are not moved with each chunk.
    #[test]
    fn events_that_are_taken_late() {
        let chunk = b"data: one\n\ndata: two\n\n";
        run_lazily(&mut Parser::new(), std::iter::repeat_n(chunk, 50_000), 1);
        run_lazily(&mut Parser::new(), std::iter::repeat_n(chunk, 50_000), 0);
    }

    /// The limit is checked without a scan of the buffered bytes.
    #[test]
    fn a_size_limit_adds_no_scans() {
        let chunk = [b'x'; 100];
        let mut parser = Parser::new().with_max_event_size(1 << 20);
        let body = std::iter::repeat_n(&chunk[..], 10_000);
        run(&mut parser, std::iter::once(&b"data: "[..]).chain(body));
    }
}
