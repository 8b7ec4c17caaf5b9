//! Long formulas over several lines: a part a line, deeper brackets further in.

/// The widest line that is not broken.
const WIDTH: usize = 112;
/// How much further in each part stands.
const STEP: usize = 4;

/// A formula's lines, the first of which stands so far in already.
pub(super) fn folded(text: &str, indent: usize) -> String {
    if indent + text.chars().count() <= WIDTH {
        return text.into();
    }
    let Some(parts) = parts(text) else { return text.into() };
    let further = indent + STEP;
    let mut lines = parts.iter().enumerate();
    let lines = lines.by_ref().map(|(place, part)| folded(part, if place == 0 { indent } else { further }));
    lines.collect::<Vec<_>>().join(&format!("\n{:further$}", ""))
}

/// The text cut where the fewest brackets are open: behind `;` and `{`, else before an operator, the loosest first.
fn parts(text: &str) -> Option<Vec<&str>> {
    let (mut depth, mut cuts) = (0usize, Vec::new());
    for (at, sign) in text.char_indices() {
        match sign {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let rest = &text[at..];
        if rest.starts_with("; ") || rest.starts_with("{ ") {
            cuts.push((depth, 0, at + 2));
        } else if [" + ", " - ", " else "].iter().any(|operator| rest.starts_with(operator)) {
            cuts.push((depth, 1, at + 1));
        } else if rest.starts_with(" * ") {
            cuts.push((depth, 2, at + 1));
        }
    }
    let (depth, kind, _) = *cuts.iter().min()?;
    let mut from = 0;
    let mut parts = Vec::new();
    for (_, _, at) in cuts.into_iter().filter(|cut| (cut.0, cut.1) == (depth, kind)) {
        parts.push(text[from..at].trim_end());
        from = at;
    }
    parts.push(&text[from..]);
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_formulas_stay() {
        assert_eq!(folded("a + b", 4), "a + b");
        let long = "x".repeat(200);
        assert_eq!(folded(&long, 4), long, "nowhere to break it");
    }

    #[test]
    fn parts_stand_on_lines_of_their_own() {
        let part = |name: &str| format!("21.19 USD/kW * max(power of import in {name} - 1)");
        let text = format!("per month ({} + {} + {})", part("peak"), part("shoulder"), part("night"));
        let expected =
            format!("per month ({}\n        + {}\n        + {})", part("peak"), part("shoulder"), part("night"));
        assert_eq!(folded(&text, 4), expected);
        let cell = "7.25 INR/kWh * units + 3 INR";
        let text = format!("lookup by units {{ to 300 kWh: {cell}; to 350 kWh: {cell}; above: {cell} }}");
        let expected = format!(
            "lookup by units {{\n        to 300 kWh: {cell};\n        to 350 kWh: {cell};\n        above: {cell} }}"
        );
        assert_eq!(folded(&text, 4), expected);
    }
}
