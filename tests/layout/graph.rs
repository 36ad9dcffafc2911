//! The errors in a graph of files: cycles, and references against the order of the modules.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::modules::Graph;

impl Graph {
    /// The number of files, and the number of references between them.
    pub fn size(&self) -> (usize, usize) {
        let edges = self.edges.values().map(BTreeSet::len).sum();
        (self.edges.len(), edges)
    }

    /// One shortest cycle for each group of files that reach each other, and the size of the group.
    pub fn cycles(&self) -> Vec<(Vec<&str>, usize)> {
        let reached: BTreeMap<&str, BTreeSet<&str>> = self
            .edges
            .keys()
            .map(|file| (file.as_str(), self.reached_from(file)))
            .collect();
        let mut seen = BTreeSet::new();
        let mut cycles = Vec::new();
        for (file, targets) in &reached {
            if !targets.contains(file) || !seen.insert(*file) {
                continue;
            }
            let group: BTreeSet<&str> = targets
                .iter()
                .copied()
                .filter(|other| reached[other].contains(file))
                .collect();
            seen.extend(&group);
            let shortest = group.iter().filter_map(|start| self.shortest_cycle(start));
            if let Some(cycle) = shortest.min_by_key(Vec::len) {
                cycles.push((cycle, group.len()));
            }
        }
        cycles
    }

    /// Upward references, references within a level, and modules that are not in the table.
    pub fn violations(&self, levels: &[&[&str]]) -> Vec<String> {
        let level = |file: &str| {
            let module = self.modules[file].as_str();
            let found = levels.iter().position(|modules| modules.contains(&module));
            (module, found)
        };
        let mut found = Vec::new();
        for (file, targets) in &self.edges {
            let (module, Some(own)) = level(file) else {
                found.push(format!("{file}: its module is not in the table"));
                continue;
            };
            for target in targets {
                let (other, target_level) = level(target);
                if module != other && target_level.is_some_and(|level| level <= own) {
                    found.push(format!("{file} -> {target}: {module} may not use {other}"));
                }
            }
        }
        found
    }

    fn targets(&self, file: &str) -> impl Iterator<Item = &str> {
        self.edges
            .get(file)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    fn reached_from(&self, file: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = self.targets(file).collect();
        while let Some(file) = next.pop() {
            if reached.insert(file) {
                next.extend(self.targets(file));
            }
        }
        reached
    }

    /// The shortest path from a file to itself.
    fn shortest_cycle<'a>(&'a self, start: &'a str) -> Option<Vec<&'a str>> {
        let mut paths = VecDeque::from([vec![start]]);
        let mut seen = BTreeSet::new();
        while let Some(path) = paths.pop_front() {
            for target in self.targets(path[path.len() - 1]) {
                let longer = [path.as_slice(), &[target]].concat();
                if target == start {
                    return Some(longer);
                }
                if seen.insert(target) {
                    paths.push_back(longer);
                }
            }
        }
        None
    }
}
