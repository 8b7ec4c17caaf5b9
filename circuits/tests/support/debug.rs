//! The trees that `#[derive(Debug)]` prints, read back: halo2 shows its gates in no other stable way.

/// A printed value: a name or number, with what stands in its brackets. Lists and tuples have no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    pub name: String,
    /// Fields of a struct are named.
    pub parts: Vec<(String, Tree)>,
}

impl Tree {
    pub fn parse(text: &str) -> Tree {
        let mut reader = Reader { left: text };
        let tree = reader.tree();
        assert!(reader.left.is_empty(), "left over: {:.60}", reader.left);
        tree
    }

    /// A field by name.
    pub fn field(&self, name: &str) -> &Tree {
        let found = self.parts.iter().find(|(field, _)| field == name);
        &found.unwrap_or_else(|| panic!("no {name} in {}", self.name)).1
    }

    /// The part at a place.
    pub fn part(&self, at: usize) -> &Tree {
        &self.parts[at].1
    }

    pub fn items(&self) -> impl Iterator<Item = &Tree> {
        self.parts.iter().map(|(_, tree)| tree)
    }

    pub fn number(&self) -> usize {
        self.name.parse().unwrap()
    }
}

struct Reader<'t> {
    left: &'t str,
}

impl Reader<'_> {
    fn tree(&mut self) -> Tree {
        let name = self.word();
        let parts = match self.left.chars().next() {
            Some('(') => self.parts(')'),
            Some('[') => self.parts(']'),
            Some('{') => self.parts('}'),
            _ => vec![],
        };
        Tree { name, parts }
    }

    fn parts(&mut self, end: char) -> Vec<(String, Tree)> {
        self.skip(1);
        let mut parts = vec![];
        while !self.left.starts_with(end) {
            let mut tree = self.tree();
            let mut name = String::new();
            if self.left.starts_with(':') {
                name = std::mem::take(&mut tree.name);
                self.skip(1);
                tree = self.tree();
            }
            parts.push((name, tree));
            if self.left.starts_with(',') {
                self.skip(1);
            }
        }
        self.skip(1);
        parts
    }

    fn word(&mut self) -> String {
        let end = self.left.find(|c: char| "()[]{},: ".contains(c)).unwrap_or(self.left.len());
        let word = self.left[..end].to_owned();
        self.skip(end);
        word
    }

    fn skip(&mut self, count: usize) {
        self.left = self.left[count..].trim_start();
    }
}
