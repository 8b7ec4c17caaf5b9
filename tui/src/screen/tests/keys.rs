//! The table of keys in `docs/terminal.md` is made of the keymap.

use std::fmt::Write;
use std::path::Path;

use crate::screen::keymap::{Binding, EVERYWHERE, Press};
use crate::screen::state::Pane;

const BEGIN: &str = "<!-- keys: made from the keymap; WATTPROOF_RECORD=1 cargo test -p wattproof the_key_table -->\n";
const END: &str = "<!-- end of keys -->\n";

fn table(title: &str, bindings: &[Binding]) -> String {
    let mut text = format!("### {title}\n\n| key | does |\n|---|---|\n");
    for binding in bindings {
        let code = |press: &Press| match press.to_string().as_str() {
            "`" => "`` ` ``".to_owned(),
            key => format!("`{}`", key.replace('|', "\\|")),
        };
        let keys: Vec<String> = binding.keys.iter().map(code).collect();
        let keys = if keys.is_empty() { "(by name)".into() } else { keys.join(" ") };
        writeln!(text, "| {keys} | {} |", binding.says).unwrap();
    }
    text + "\n"
}

#[test]
fn the_key_table_is_current() {
    let mut made = table("Everywhere", EVERYWHERE);
    for pane in Pane::ALL.into_iter().filter(|pane| !pane.bindings().is_empty()) {
        made += &table(pane.title(), pane.bindings());
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/terminal.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page holds the table");
    let (held, after) = rest.split_once(END).expect("the table ends");
    let made = format!("\n{made}");
    if std::env::var_os("WATTPROOF_RECORD").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{made}{END}{after}")).unwrap();
    } else {
        assert_eq!(held, made, "record it again with WATTPROOF_RECORD=1");
    }
}
