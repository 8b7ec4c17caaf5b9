//! The last pass: steps and inputs that no disclosed amount depends on are dropped.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, Step, Value};

/// The plan without what nothing discloses.
pub(super) fn swept(mut plan: Plan) -> Plan {
    let used = used(&mut plan);
    let mut names = BTreeMap::new();
    let mut inputs = vec![];
    for (index, input) in std::mem::take(&mut plan.inputs).into_iter().enumerate() {
        if used.inputs.contains(&index) {
            names.insert(Value::Input(index), inputs.len());
            inputs.push(input);
        }
    }
    let mut kept = BTreeMap::new();
    let mut steps: Vec<Step> = vec![];
    for (index, step) in std::mem::take(&mut plan.steps).into_iter().enumerate() {
        if used.steps.contains(&index) {
            kept.insert(index, steps.len());
            steps.push(step);
        }
    }
    let mut rename = |value: &mut Value| {
        *value = match *value {
            Value::Input(_) => Value::Input(names.get(value).copied().unwrap_or_default()),
            Value::Result(step, result) => Value::Result(kept.get(&step).copied().unwrap_or_default(), result),
        }
    };
    steps.iter_mut().for_each(|step| step.reads(&mut rename));
    plan.outputs.iter_mut().flat_map(|output| &mut output.affine.terms).for_each(|(value, _)| rename(value));
    Plan { inputs, steps, ..plan }
}

#[derive(Default)]
struct Used {
    inputs: BTreeSet<usize>,
    steps: BTreeSet<usize>,
}

impl Used {
    fn note(&mut self, value: Value) {
        match value {
            Value::Input(index) => self.inputs.insert(index),
            Value::Result(step, _) => self.steps.insert(step),
        };
    }
}

/// What the outputs depend on; each step reads earlier ones only.
fn used(plan: &mut Plan) -> Used {
    let mut used = Used::default();
    plan.outputs.iter().flat_map(|output| &output.affine.terms).for_each(|(value, _)| used.note(*value));
    for (index, step) in plan.steps.iter_mut().enumerate().rev() {
        if used.steps.contains(&index) {
            step.reads(&mut |value| used.note(*value));
        }
    }
    used
}
