//! Runs the language-neutral parser vectors through the native parser and the reference implementation.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/items.rs"]
mod items;
#[path = "support/reference.rs"]
mod reference;
#[path = "support/vectors.rs"]
mod vectors;

use std::collections::HashSet;

use vectors::{FILES, parse_file, replay_file};

/// One test for each file, so that a failure names the broken rules and the files run in parallel.
macro_rules! replays {
    ($($test:ident $file:literal),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                let (_, text) = FILES.iter().find(|(file, _)| *file == $file).expect("a listed file");
                match replay_file($file, text) {
                    Ok(vectors) => println!("{}: {vectors} vectors", $file),
                    Err(failures) => panic!("{failures}"),
                }
            }
        )*

        const REPLAYED: &[&str] = &[$($file),*];
    };
}

replays! {
    bom "bom.json",
    comments "comments.json",
    data "data.json",
    end_of_stream "end-of-stream.json",
    event_name "event-name.json",
    fields "fields.json",
    id "id.json",
    large "large.json",
    line_ends "line-ends.json",
    real_world "real-world.json",
    retry "retry.json",
    standard_examples "standard-examples.json",
    utf8 "utf8.json",
    web_platform_tests "web-platform-tests.json",
}

#[test]
fn every_file_of_vectors_is_replayed() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");
    let mut on_disk: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    on_disk.sort();
    let listed: Vec<&str> = FILES.iter().map(|(file, _)| *file).collect();
    assert_eq!(on_disk, listed, "tests/support/vectors.rs must list the files of tests/vectors");
    assert_eq!(on_disk, REPLAYED, "tests/vectors.rs must replay the files of tests/vectors");
}

#[test]
fn names_are_unique_in_their_file() {
    for (file, text) in FILES {
        let mut names = HashSet::new();
        for vector in parse_file(text) {
            assert!(names.insert(vector.name.clone()), "{file}: two vectors have the name {}", vector.name);
        }
    }
}

/// The vectors and the reference check each other: both follow the standard, but were written independently.
#[test]
fn the_reference_implementation_agrees_with_every_vector() {
    for (file, text) in FILES {
        for vector in parse_file(text) {
            let outcome = reference::interpret(&vector.chunks.concat());
            vector.check(&outcome).unwrap_or_else(|fault| panic!("{file}: {}\n  {fault}", vector.name));
        }
    }
}
