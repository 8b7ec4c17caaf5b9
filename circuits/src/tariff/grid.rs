//! The unit that totals count: what every value of a node is a whole multiple of.

use num_traits::Zero;

use super::diagnostic::Diagnostic;
use super::sheet::Sheet;
use crate::exact;
use crate::program::{Line, Node, NodeId, Ratio, Schedule};

/// The unit of the total and of the shown lines together.
pub(super) fn unit_of_total(sheet: &Sheet, nodes: &[Node], lines: &[Line], total: NodeId) -> Result<Ratio, Diagnostic> {
    let place = &sheet.total.keyword;
    let grids = grids(nodes);
    let shown = lines.iter().filter(|line| line.shown).map(|line| line.node);
    let unit = [total]
        .into_iter()
        .chain(shown)
        .try_fold(Ratio::zero(), |unit, node| grids.get(node).and_then(|grid| exact::gcd(&unit, grid.as_ref()?)));
    let minor = exact::ratio(1, 10i128.pow(u32::from(sheet.currency.digits())));
    let unit = unit.and_then(|unit| if unit.is_zero() { minor } else { Some(unit) });
    unit.filter(|unit| exact::decimal_places(unit).is_some()).ok_or_else(|| {
        let message = "the total, or a line that is shown, has no last decimal place";
        Diagnostic::new("no-last-decimal", place, message).help("round it, as in `rounded half up to 0.01 GBP`")
    })
}

/// What every value of each node is a whole multiple of; zero when the node is always zero, nothing when the numbers
/// outgrow the arithmetic.
fn grids(nodes: &[Node]) -> Vec<Option<Ratio>> {
    let mut grids: Vec<Option<Ratio>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let grid = match node {
            Node::Readings { rates, .. } => gcd_of(rates.iter().map(|rate| Some(*rate))),
            Node::Reading(_) => Some(Ratio::from(1)),
            Node::Linear { terms, constant } => {
                let terms = terms.iter().map(|(node, factor)| exact::mul(&grids[*node]?, factor));
                gcd_of(terms.chain([Some(*constant)]))
            }
            Node::Scheduled { of, schedule } => grids[*of].and_then(|grid| grid_of(schedule, &grid)),
            Node::Each { of, schedules } => {
                gcd_of(of.iter().map(|(of, schedule)| grid_of(&schedules[*schedule], &grids[*of]?)))
            }
            Node::Largest { of, .. } => gcd_of(of.iter().map(|of| grids[*of])),
            Node::Larger(a, b) | Node::Smaller(a, b) => gcd_of([grids[*a], grids[*b]].into_iter()),
            Node::Product(a, b) => grids[*a].zip(grids[*b]).and_then(|(a, b)| exact::mul(&a, &b)),
            Node::Rounded { unit, .. } | Node::Root { unit, .. } => Some(*unit),
            Node::Climb { of, bounds, rows } => {
                let amounts =
                    gcd_of(of.iter().map(|(of, _)| grids[*of]).chain(bounds.iter().map(|bound| Some(*bound))));
                amounts.and_then(|amount| gcd_of(rows.iter().flatten().map(|price| exact::mul(price, &amount))))
            }
            Node::Carried(_) | Node::Quotient { .. } => None,
        };
        grids.push(grid);
    }
    grids
}

/// The grid of a schedule's values over arguments on a grid.
fn grid_of(schedule: &Schedule, of: &Ratio) -> Option<Ratio> {
    gcd_of(schedule.pieces.iter().flat_map(|piece| [exact::mul(&piece.slope, of), Some(piece.intercept)]))
}

fn gcd_of(values: impl Iterator<Item = Option<Ratio>>) -> Option<Ratio> {
    let mut values = values;
    values.try_fold(Ratio::zero(), |gcd, value| exact::gcd(&gcd, &value?))
}
