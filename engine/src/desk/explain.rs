//! How a tariff is proved over a period: what each line costs, why, and what to write to make it cheaper.

use std::collections::BTreeMap;

use wattproof_circuits::layout::{Certified, Layout};
use wattproof_circuits::period::Period;
use wattproof_circuits::plan::{Plan, Step};
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::privacy::Report;
use wattproof_circuits::program::{Node, NodeId, Program, Ratio};
use wattproof_circuits::tariff::{Inputs, Tariff};
use wattproof_meter::quantity::Register;
use wattproof_meter::record::Certification;
use wattproof_meter::ring::Ring;

use super::tariff::{Given, TariffRefusal, program};

/// A bound that readings of a household's half hour stay below: 65,536 Wh.
const SMALL_BITS: u8 = 16;
/// Decimal places beyond which an exact total is not worth a thought.
const MAX_DECIMALS: u32 = 12;

/// How a tariff is proved over a period.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The period.
    pub period: Period,
    /// What each line costs beyond those above it, the total last.
    pub costs: Vec<Cost>,
    /// What would make the proof smaller or faster, tried.
    pub cheaper: Vec<Cheaper>,
    /// What to know of the kinds of values that occur.
    pub advice: Vec<&'static str>,
    /// Values that are linear in the readings and leave the circuit.
    pub inputs: usize,
    /// What stays inside, each kind with how often.
    pub steps: Vec<(&'static str, usize)>,
    /// Readings that enter the circuit one by one.
    pub readings: usize,
    /// Amounts that the bill discloses.
    pub disclosed: usize,
    /// Logarithm of the circuit's rows; nothing when there is no circuit.
    pub k: Option<u32>,
    /// Rows of the linked column in use.
    pub linked_rows: usize,
    /// Rows of the tallest column.
    pub rows: usize,
    /// Look-ups.
    pub lookups: usize,
    /// Bytes of every proof, commitments not counted.
    pub proof_bytes: usize,
    /// Bits that the disclosed amounts can say at most.
    pub bits_disclosed: f64,
    /// Bits that the period's readings hold.
    pub bits_held: u64,
    /// What each disclosed amount says, and about how many slots.
    pub report: Report,
}

/// What a line adds to the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The charge's name, or `total`.
    pub name: String,
    /// The comments that stand above it or behind it in the file.
    pub comment: Option<String>,
    /// Rows it adds to the circuit.
    pub rows: usize,
    /// Steps it adds, each kind with how often.
    pub steps: Vec<(&'static str, usize)>,
    /// What of it is not linear, each with how often; nothing when all of it leaves the circuit.
    pub because: Vec<(&'static str, usize)>,
}

/// Something to write, and what the proof comes to then.
#[derive(Clone, Debug, PartialEq)]
pub struct Cheaper {
    /// What to write.
    pub write: String,
    /// Logarithm of the circuit's rows then; nothing when it needs none.
    pub k: Option<u32>,
    /// Rows of the tallest column then.
    pub rows: usize,
    /// Bits that the bill discloses at most then.
    pub bits_disclosed: f64,
}

/// Explains how a tariff is proved over a period without gaps, on readings so certified.
pub fn explain(
    tariff: &Tariff,
    period: &str,
    given: &Given,
    certification: Certification,
) -> Result<Explanation, TariffRefusal> {
    let period = tariff.period(period)?;
    let inputs = Inputs { data: &given.data, gaps: &Default::default() };
    let program = program(tariff, &period, inputs)?;
    let certified = match certification {
        Certification::Classic => Certified::Each,
        // Every slot length of the language has a ring.
        Certification::Compact => Ring::of(tariff.calendar().slot()).map_or(Certified::Each, Certified::Batches),
    };
    let prepared = Prepared::certified(&program, certified)?;
    let (plan, figures) = (prepared.plan(), prepared.figures());
    let report = Report::of(&program, plan);
    let costs = costs(tariff, &program, certified);
    let readings = plan.inputs.iter().filter(|input| input.as_reading().is_some()).count();
    Ok(Explanation {
        advice: advice(&costs),
        costs,
        cheaper: cheaper(&program, certified),
        inputs: plan.inputs.len() - readings,
        steps: steps(&plan.steps),
        readings,
        disclosed: plan.outputs.len(),
        k: figures.k,
        linked_rows: figures.linked_rows,
        rows: figures.rows,
        lookups: figures.lookups,
        proof_bytes: figures.proof_bytes,
        bits_disclosed: report.bits(),
        bits_held: plan.bits_held(),
        report,
        period,
    })
}

/// What a proof comes to, without keys.
struct Size {
    steps: Vec<Step>,
    k: Option<u32>,
    rows: usize,
    bits_disclosed: f64,
}

impl Size {
    fn of(program: &Program, certified: Certified) -> Option<Self> {
        let plan = Plan::certified(program, certified).ok()?;
        let needs_none = plan.is_linear() && certified == Certified::Each;
        let layout = if needs_none { None } else { Some(Layout::certified(&plan, certified).ok()?) };
        Some(Size {
            k: layout.as_ref().map(|layout| layout.k),
            rows: layout.as_ref().map_or(0, |layout| layout.rows),
            bits_disclosed: Report::of(program, &plan).bits(),
            steps: plan.steps,
        })
    }
}

/// What each line adds, in the tariff's order, and then the total.
fn costs(tariff: &Tariff, program: &Program, certified: Certified) -> Vec<Cost> {
    let ends = program.lines.iter().map(|line| (line.name.as_str(), line.node)).chain([("total", program.total)]);
    let (mut before, mut known, mut costs) = (None, vec![false; program.nodes.len()], Vec::new());
    for (place, (name, node)) in ends.enumerate() {
        let reached = program.reached(&[node]);
        let new = (0..program.nodes.len()).filter(|node| reached[*node] && !known[*node]);
        let because = because(program, new);
        (0..program.nodes.len()).filter(|node| reached[*node]).for_each(|node| known[node] = true);
        // A linear line costs nothing by itself: rows that its scale takes belong to what rounds it.
        let size = (!because.is_empty()).then(|| Size::of(&program.excerpt(place, node), certified)).flatten();
        let (rows, steps) = added(before.as_ref(), size.as_ref());
        let comment = comment(tariff.source(), if place < program.lines.len() { Some(name) } else { None });
        costs.push(Cost { name: name.into(), comment, rows, steps, because });
        before = size.or(before);
    }
    costs
}

/// Rows and steps that a size has more than the one before.
fn added(before: Option<&Size>, after: Option<&Size>) -> (usize, Vec<(&'static str, usize)>) {
    let Some(after) = after else { return (0, Vec::new()) };
    let rows = after.rows.saturating_sub(before.map_or(0, |before| before.rows));
    let had: BTreeMap<_, _> = before.map(|before| steps(&before.steps)).unwrap_or_default().into_iter().collect();
    let more = steps(&after.steps)
        .into_iter()
        .map(|(kind, count)| (kind, count.saturating_sub(had.get(kind).copied().unwrap_or(0))));
    (rows, more.filter(|(_, count)| *count > 0).collect())
}

/// What of some nodes is not linear, in words.
fn because(program: &Program, nodes: impl Iterator<Item = NodeId>) -> Vec<(&'static str, usize)> {
    let single = |of: &NodeId| matches!(program.nodes[*of], Node::Reading(_));
    let word = |node: NodeId| match &program.nodes[node] {
        Node::Readings { .. } | Node::Reading(_) | Node::Carried(_) | Node::Linear { .. } => None,
        Node::Each { of, .. } if of.iter().all(|(of, _)| single(of)) => Some("price steps on each reading"),
        Node::Each { .. } => Some("price steps on each part's sum"),
        Node::Scheduled { .. } => Some("price steps on a sum"),
        Node::Largest { of, .. } if of.iter().all(single) => Some("the largest of the readings"),
        Node::Largest { .. } => Some("the largest of several sums"),
        Node::Climb { .. } => Some("blocks climbed in time order"),
        Node::Larger(..) | Node::Smaller(..) => Some("a maximum or minimum of amounts"),
        Node::Product(..) => Some("a product of amounts that vary"),
        Node::Quotient { .. } => Some("a ratio of amounts that vary"),
        Node::Root { .. } => Some("a square root"),
        Node::Entry { .. } => Some("an entry of a published table"),
        Node::Rounded { .. } => Some("rounding"),
    };
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for word in nodes.filter_map(word) {
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    counts
}

/// What to write instead of what takes a row for every slot.
fn advice(costs: &[Cost]) -> Vec<&'static str> {
    let of = |kind: &str| match kind {
        "price steps on each reading" => Some(
            "`per reading` takes a row for every slot; `per day` or `per period` takes a few for each of its parts",
        ),
        "the largest of the readings" => Some("maximum demand takes a row for every slot of its window"),
        "blocks climbed in time order" => Some("`in time order` takes rows for every slot, `prorated` for every row"),
        "a product of amounts that vary" | "a ratio of amounts that vary" | "a square root" => {
            Some("products, ratios and roots take dozens of rows each time: take them of sums, not of readings")
        }
        _ => None,
    };
    let mut advice: Vec<&'static str> = Vec::new();
    for known in costs.iter().flat_map(|cost| &cost.because).filter_map(|(kind, _)| of(kind)) {
        if !advice.contains(&known) {
            advice.push(known);
        }
    }
    advice
}

/// Changes that a designer could make, tried, of which only those are kept that save something.
fn cheaper(program: &Program, certified: Certified) -> Vec<Cheaper> {
    let Some(now) = Size::of(program, certified) else { return Vec::new() };
    let mut tried = Vec::new();
    if let Some(exact) = exact(program).filter(|_| certified == Certified::Each) {
        tried.push(("total = … exact, which needs no circuit".to_owned(), exact));
    }
    for line in &program.lines {
        if let Some(other) = unrounded(program, line.node) {
            tried.push((format!("charge {} without a rounding of its own", line.name), other));
        }
    }
    for (place, register) in program.registers.iter().enumerate().filter(|(_, register)| register.bits() > SMALL_BITS) {
        let mut other = program.clone();
        if let Some(small) = Register::new(register.name(), register.unit(), SMALL_BITS) {
            other.registers[place] = small;
            let write = format!("register {} in {}, below 2^{SMALL_BITS}", register.name(), register.unit().symbol());
            tried.push((format!("{write}, on meters whose register has that bound"), other));
        }
    }
    let sizes = tried.into_iter().filter_map(|(write, other)| Some((write, Size::of(&other, certified)?)));
    let saves = sizes.filter(|(_, then)| then.k < now.k || 10 * then.rows < 9 * now.rows);
    saves
        .map(|(write, then)| Cheaper { write, k: then.k, rows: then.rows, bits_disclosed: then.bits_disclosed })
        .collect()
}

/// The program in which a node is left unrounded, when it is a rounding of something that a bill could disclose.
fn unrounded(program: &Program, node: NodeId) -> Option<Program> {
    let Node::Rounded { of, .. } = &program.nodes[node] else { return None };
    let mut other = program.clone();
    other.nodes[node] = Node::Linear { terms: vec![(*of, 1.into())], constant: 0.into() };
    Some(other)
}

/// The program with its total exact, counted to its last decimal place, when that makes it linear.
fn exact(program: &Program) -> Option<Program> {
    let mut other = unrounded(program, program.total)?;
    (0..=MAX_DECIMALS).find_map(|places| {
        other.unit = Ratio::new(1, 10i128.pow(places));
        Plan::new(&other).is_ok_and(|plan| plan.is_linear()).then(|| other.clone())
    })
}

/// The kinds of steps that occur, each with how often.
fn steps(steps: &[Step]) -> Vec<(&'static str, usize)> {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for name in steps.iter().map(Step::name) {
        match counts.iter_mut().find(|(kind, _)| *kind == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    counts
}

/// The comments of a charge, or of the total: whole lines directly above it, and what stands behind its first line.
fn comment(source: &str, charge: Option<&str>) -> Option<String> {
    let lines: Vec<&str> = source.lines().collect();
    let begins = |line: &str| {
        let mut words = line.split(|c: char| c.is_whitespace() || c == '=').filter(|word| !word.is_empty());
        match charge {
            Some(name) => words.next() == Some("charge") && words.next() == Some(name),
            None => words.next() == Some("total"),
        }
    };
    let at = lines.iter().position(|line| begins(line))?;
    let whole = |line: &str| line.trim_start().strip_prefix('#').map(|text| text.trim().to_owned());
    let mut parts: Vec<String> = lines[..at].iter().rev().map_while(|line| whole(line)).collect();
    parts.reverse();
    parts.extend(lines[at].split_once('#').map(|(_, text)| text.trim().to_owned()));
    parts.retain(|part| !part.is_empty());
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(text: &str) -> Explanation {
        let tariff = Tariff::parse(text).unwrap();
        explain(&tariff, "2026-10", &Given::default(), Certification::Classic).unwrap()
    }

    const ECONOMY7: &str = include_str!("../../../fixtures/tariffs/good/economy7.tariff");
    const CUMULATIVE: &str = include_str!("../../../fixtures/tariffs/good/cumulative.tariff");

    #[test]
    fn an_explanation_counts_what_stays() {
        let explained = explained(ECONOMY7);
        assert_eq!((explained.period.slots().count(), explained.disclosed, explained.readings), (1490, 1, 0));
        assert!(explained.steps.iter().any(|(kind, _)| *kind == "rounding"));
        assert!(explained.k.is_some_and(|k| k <= 8) && explained.bits_held == 1490 * 20);
    }

    #[test]
    fn each_line_bears_its_own_cost() {
        let explained = explained(CUMULATIVE);
        let cost = |name: &str| explained.costs.iter().find(|cost| cost.name == name).unwrap();
        // Several readings stand in a row.
        assert!((1490 / 8..=1490).contains(&cost("energy").rows));
        assert_eq!(cost("energy").because, [("price steps on each reading", 1)]);
        assert_eq!((cost("standing").rows, cost("standing").because.len()), (0, 0));
        assert_eq!(cost("vat").because, [("rounding", 1)]);
        assert_eq!(explained.costs.last().unwrap().name, "total");
    }

    #[test]
    fn what_is_said_to_be_cheaper_is() {
        let text = ECONOMY7.replace("charge vat      = 5% * (energy + standing)  rounded half up to 1 p\n", "");
        let text = text.replace("energy + standing + vat", "energy + standing");
        let rounded = explained(&text);
        let exact = rounded.cheaper.iter().find(|cheaper| cheaper.write.contains("exact")).unwrap();
        assert_eq!((exact.k, exact.rows), (None, 0));
        let written = explained(&text.replace("rounded half up to 1 p", "exact"));
        assert_eq!((written.k, written.bits_disclosed), (None, exact.bits_disclosed));
        assert!(written.bits_disclosed > rounded.bits_disclosed && written.cheaper.is_empty());
    }

    #[test]
    fn comments_are_those_beside_the_charge() {
        let source =
            "# of the file\n\n# what each\n# unit costs\ncharge energy = 1 p # here\n  # not\n\ntotal = energy exact\n";
        assert_eq!(comment(source, Some("energy")).as_deref(), Some("what each unit costs here"));
        assert_eq!((comment(source, None), comment(source, Some("energ"))), (None, None));
    }
}
