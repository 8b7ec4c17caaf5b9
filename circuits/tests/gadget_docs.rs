//! The code on `docs/gadgets.md` is the code of the gadget that it walks through, which is compiled, proved and lied to
//! by the other tests.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_walk_shows_the_code_as_it_is() {
    let page = read("../docs/gadgets.md");
    let sources = [read("src/gadget/product.rs"), read("src/gadget/mod.rs")];
    let blocks: Vec<&str> = page.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 5);
    for block in blocks {
        assert!(sources.iter().any(|source| source.contains(block.trim_end())), "not in the sources:\n{block}");
    }
}

#[test]
fn the_walk_names_every_method_of_the_trait() {
    let (page, source) = (read("../docs/gadgets.md"), read("src/gadget/mod.rs"));
    let body = source.split("pub(crate) trait Gadget").nth(1).unwrap().split("\n}").next().unwrap();
    let methods: Vec<&str> = body.split("    fn ").skip(1).map(|rest| rest.split(['(', '<']).next().unwrap()).collect();
    assert!(methods.len() >= 8);
    for method in methods {
        assert!(page.contains(&format!("`{method}`")), "{method}");
    }
}
