//! Sets of slots as decision diagrams.
//!
//! A slot is told by the value of each variable, then by the class of its day: a set is a tree that branches on one
//! variable a level, in the variables' order, down to bits of classes. Equal trees are one, and a branch whose arms are
//! equal is left out: two sets are equal exactly when their ids are.

use std::collections::HashMap;
use std::sync::Arc;

/// A set's id. Sets of one arena are equal when these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Set(u32);

impl Set {
    /// No slot.
    pub(crate) const NONE: Set = Set(0);
    /// Every slot.
    pub(crate) const ALL: Set = Set(1);
}

/// The most arms that an arena holds: what keeps a hostile tariff from filling the memory.
const MAX_ARMS: usize = 1 << 22;
/// The most acts that it remembers, for the same reason.
const MAX_ACTS: usize = 1 << 18;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Tree {
    /// A bit a class of days.
    Days(Box<[u64]>),
    /// One arm a value of the variable; variables rise downwards.
    Branch(u16, Box<[Set]>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Act {
    And,
    Or,
    Without,
}

/// An arena of sets over variables and classes of days.
#[derive(Clone)]
pub(super) struct Sets {
    trees: Vec<Arc<Tree>>,
    ids: HashMap<Arc<Tree>, Set>,
    done: HashMap<(Act, Set, Set), Set>,
    arms: usize,
}

impl Sets {
    /// An arena over this many classes of days.
    pub(super) fn new(classes: usize) -> Self {
        let mut all = vec![0u64; classes.div_ceil(64)];
        (0..classes).for_each(|class| all[class / 64] |= 1 << (class % 64));
        let none = vec![0u64; all.len()];
        let (trees, ids, done) = (Vec::new(), HashMap::new(), HashMap::new());
        let mut sets = Sets { trees, ids, done, arms: 0 };
        // The first two ids are those of `Set::NONE` and `Set::ALL`.
        [none, all].into_iter().for_each(|bits| _ = sets.id(Tree::Days(bits.into())));
        sets
    }

    /// Whether the arena has outgrown its bound; sets made since then are empty.
    pub(super) fn full(&self) -> bool {
        self.arms > MAX_ARMS || self.done.len() > MAX_ACTS
    }

    pub(super) fn tree(&self, set: Set) -> &Tree {
        &self.trees[set.0 as usize]
    }

    /// The slots of days of the marked classes.
    pub(super) fn days(&mut self, marked: impl IntoIterator<Item = bool>) -> Set {
        let mut bits = vec![0u64; self.words()];
        for (class, _) in marked.into_iter().enumerate().filter(|(_, marked)| *marked) {
            bits[class / 64] |= 1 << (class % 64);
        }
        self.id(Tree::Days(bits.into()))
    }

    /// How many words the bits of all classes take.
    fn words(&self) -> usize {
        if let Tree::Days(bits) = self.tree(Set::NONE) { bits.len() } else { 0 }
    }

    /// The slots for which the variable has one of the marked values.
    pub(super) fn value(&mut self, variable: u16, marked: impl IntoIterator<Item = bool>) -> Set {
        let arms = marked.into_iter().map(|marked| if marked { Set::ALL } else { Set::NONE }).collect();
        self.branch(variable, arms)
    }

    /// The slots in both.
    pub(super) fn and(&mut self, a: Set, b: Set) -> Set {
        self.act(Act::And, a.min(b), a.max(b))
    }

    /// The slots in either.
    pub(super) fn or(&mut self, a: Set, b: Set) -> Set {
        self.act(Act::Or, a.min(b), a.max(b))
    }

    /// The slots of the first that are not in the second.
    pub(super) fn without(&mut self, a: Set, b: Set) -> Set {
        self.act(Act::Without, a, b)
    }

    fn act(&mut self, act: Act, a: Set, b: Set) -> Set {
        match act {
            Act::And if a == Set::NONE || b == Set::NONE => return Set::NONE,
            Act::And if a == Set::ALL || a == b => return b,
            Act::And if b == Set::ALL => return a,
            Act::Or if a == Set::NONE || a == b => return b,
            Act::Or if b == Set::NONE => return a,
            Act::Or if a == Set::ALL || b == Set::ALL => return Set::ALL,
            Act::Without if a == Set::NONE || b == Set::ALL || a == b => return Set::NONE,
            Act::Without if b == Set::NONE => return a,
            _ if self.full() => return Set::NONE,
            _ => {}
        }
        if let Some(done) = self.done.get(&(act, a, b)) {
            return *done;
        }
        let made = match (self.tree(a), self.tree(b)) {
            (Tree::Days(a), Tree::Days(b)) => {
                let bits = a.iter().zip(b).map(|(a, b)| match act {
                    Act::And => a & b,
                    Act::Or => a | b,
                    Act::Without => a & !b,
                });
                let bits = bits.collect();
                self.id(Tree::Days(bits))
            }
            _ => self.branches(act, a, b),
        };
        self.done.insert((act, a, b), made);
        made
    }

    /// Acts on the arms of the upper variable of the two, one by one; neighbours that are alike are done once.
    fn branches(&mut self, act: Act, a: Set, b: Set) -> Set {
        let variable = [a, b].into_iter().filter_map(|set| self.top(set)).min().unwrap_or_default();
        let count = [a, b].into_iter().map(|set| self.arms_of(set, variable)).max().unwrap_or(1);
        let mut arms = Vec::with_capacity(count);
        let mut last: Option<((Set, Set), Set)> = None;
        for value in 0..count {
            let pair = (self.arm(a, variable, value), self.arm(b, variable, value));
            let made = match last {
                Some((same, made)) if same == pair => made,
                _ => self.act(act, pair.0, pair.1),
            };
            last = Some((pair, made));
            arms.push(made);
        }
        self.branch(variable, arms)
    }

    /// Whether any set branches on a variable.
    pub(super) fn branch_on(&self, variable: u16) -> bool {
        self.trees.iter().any(|tree| matches!(&**tree, Tree::Branch(top, _) if *top == variable))
    }

    fn top(&self, set: Set) -> Option<u16> {
        match self.tree(set) {
            Tree::Branch(variable, _) => Some(*variable),
            Tree::Days(_) => None,
        }
    }

    fn arms_of(&self, set: Set, variable: u16) -> usize {
        match self.tree(set) {
            Tree::Branch(top, arms) if *top == variable => arms.len(),
            _ => 1,
        }
    }

    /// What remains of a set when a variable that is not below its top has this value.
    pub(super) fn arm(&self, set: Set, variable: u16, value: usize) -> Set {
        match self.tree(set) {
            Tree::Branch(top, arms) if *top == variable => arms.get(value).copied().unwrap_or(Set::NONE),
            _ => set,
        }
    }

    /// Whether a set at the bottom holds the days of a class.
    pub(super) fn holds(&self, set: Set, class: usize) -> bool {
        matches!(self.tree(set), Tree::Days(bits) if bits[class / 64] >> (class % 64) & 1 == 1)
    }

    /// The first class of days that a set at the bottom holds.
    pub(super) fn first(&self, set: Set) -> Option<usize> {
        let Tree::Days(bits) = self.tree(set) else { return None };
        let word = bits.iter().position(|word| *word != 0)?;
        Some(word * 64 + bits[word].trailing_zeros() as usize)
    }

    fn branch(&mut self, variable: u16, arms: Vec<Set>) -> Set {
        match arms.first() {
            Some(first) if arms.iter().any(|arm| arm != first) => self.id(Tree::Branch(variable, arms.into())),
            Some(first) => *first,
            None => Set::NONE,
        }
    }

    fn id(&mut self, tree: Tree) -> Set {
        if let Some(id) = self.ids.get(&tree) {
            return *id;
        }
        self.arms += match &tree {
            Tree::Days(bits) => bits.len(),
            Tree::Branch(_, arms) => arms.len(),
        };
        let (id, tree) = (Set(self.trees.len() as u32), Arc::new(tree));
        self.trees.push(Arc::clone(&tree));
        self.ids.insert(tree, id);
        id
    }
}
