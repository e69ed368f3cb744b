//! What the parser does with the bytes, counted where its own tests prove that it is linear; elsewhere this is nothing.

/// So many bytes are looked at.
#[inline(always)]
pub(super) fn scans(bytes: usize) {
    #[cfg(test)]
    tests::DONE.with_borrow_mut(|done| done.scanned += bytes as u64);
    _ = bytes;
}

/// So many bytes are copied or moved.
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

    /// Runs a parser over a stream, with so many items taken after each chunk at the most, and holds what it does against
    /// the bounds.
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
            // After each chunk, as what is not linear would take long to come to its end.
            DONE.with_borrow(Done::check);
        }
        DONE.take()
    }

    /// The same with all items taken at once; then once more, with chunks that are lent.
    fn run<T: AsRef<[u8]>>(parser: &mut Parser, chunks: impl IntoIterator<Item = T> + Clone) -> Done {
        let done = run_lazily(parser, chunks.clone(), usize::MAX);
        assert!(done.scanned >= done.fed && done.copied >= done.fed, "not all is counted: {done:?}");
        let lent = run_lent(parser, chunks, |_| usize::MAX);
        assert!(lent.events == done.events && lent.scanned >= done.fed, "not all is counted: {lent:?}");
        done
    }

    fn run_lent(
        parser: &mut Parser,
        chunks: impl IntoIterator<Item = impl AsRef<[u8]>>,
        most: impl Fn(u64) -> usize,
    ) -> Done {
        parser.reset();
        DONE.take();
        for chunk in chunks {
            let nth = DONE.with_borrow(|done| done.chunks);
            let mut items = parser.parse(chunk.as_ref());
            let mut events = 0;
            for _ in 0..most(nth) {
                let Some(item) = items.next_item().unwrap() else { break };
                events += u64::from(matches!(item, Item::Event(_)));
            }
            drop(items);
            DONE.with_borrow_mut(|done| {
                done.fed += chunk.as_ref().len() as u64;
                done.chunks += 1;
                done.events += events;
            });
            DONE.with_borrow(|done| {
                // Twice for line ends: for that of the block to copy, and then in the copy.
                assert!(done.scanned <= 4 * done.fed + 128 * done.chunks, "{done:?}");
                // As above, but for the move up behind other data.
                assert!(done.copied <= 5 * done.fed, "{done:?}");
            });
        }
        DONE.take()
    }

    impl Done {
        /// A factor for each time that a byte may be touched.
        fn check(&self) {
            // For its line end, for the ID's NUL, and for being ASCII; the last block of a chunk is looked at whole.
            assert!(self.scanned <= 3 * self.fed + 64 * self.chunks, "{self:?}");
            // Into the buffer; up behind other data; to the front as data and as the line in progress; away as a value.
            assert!(self.copied <= 5 * self.fed, "{self:?}");
        }
    }

    /// The same bytes, so many of them a chunk.
    fn cut(stream: &[u8], length: usize) -> impl Iterator<Item = &[u8]> + Clone {
        stream.chunks(length)
    }

    #[test]
    fn a_line_of_64_mib_in_chunks_of_1_kib() {
        let chunk = [b'x'; 1024];
        let mut parser = Parser::new();
        let body = std::iter::repeat_n(&chunk[..], 64 << 10);
        let done = run(&mut parser, std::iter::once(&b"data: "[..]).chain(body).chain([&b"\n\n"[..]]));
        assert_eq!((done.events, done.fed), (1, (64 << 20) + 8));
        // Nothing but the copy in, and one move of the unfinished line when there is something to drop before it.
        assert!(done.copied <= done.fed + 16, "{done:?}");
    }

    #[test]
    fn what_is_copied_of_a_chunk_is_not_looked_at_again_for_its_first_line_end() {
        let mut parser = Parser::new();
        parser.feed(b"data: ");
        assert_eq!(parser.next_item(), Ok(None));
        DONE.take();
        for _ in 0..100 {
            assert_eq!(parser.parse(&[b'x'; 1024]).next_item(), Ok(None));
        }
        let done = DONE.take();
        assert!(done.scanned <= 100 * (1024 + 64), "{done:?}");
    }

    #[test]
    fn of_a_chunk_only_the_end_of_the_block_in_progress_is_copied() {
        for begun in ["da", "data: x", "data: x\n", "data: x\r", "event: e\nda", "id: 1\n", "data: x\nid: 1\nda"] {
            let mut parser = Parser::new();
            assert_eq!(parser.parse(begun.as_bytes()).next_item(), Ok(None));
            DONE.take();
            let chunk = [b"ta: y\r\n\r\n".to_vec(), b"data: z\n\n".repeat(1000)].concat();
            let mut events = parser.parse(&chunk);
            while events.next_event().unwrap().is_some() {}
            drop(events);
            let done = DONE.take();
            // A block is copied as it is looked at.
            assert!(done.copied <= 2 * 64, "{begun:?} {done:?}");
        }
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

    /// What lasts longer than its line is not copied again and again with the chunks or events that come after it.
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

    /// Those that wait to be taken are not moved with each chunk.
    #[test]
    fn events_that_are_taken_late() {
        let chunk = b"data: one\n\ndata: two\n\n";
        run_lazily(&mut Parser::new(), std::iter::repeat_n(chunk, 50_000), 1);
        run_lazily(&mut Parser::new(), std::iter::repeat_n(chunk, 50_000), 0);
        for period in [1, 2, 3, 100] {
            let most = |nth: u64| (nth % period) as usize;
            run_lent(&mut Parser::new(), std::iter::repeat_n(chunk, 50_000), most);
        }
    }

    /// The limit is checked without looking at what is buffered.
    #[test]
    fn a_limit_costs_nothing() {
        let chunk = [b'x'; 100];
        let mut parser = Parser::new().with_max_event_size(1 << 20);
        let body = std::iter::repeat_n(&chunk[..], 10_000);
        run(&mut parser, std::iter::once(&b"data: "[..]).chain(body));
    }
}
