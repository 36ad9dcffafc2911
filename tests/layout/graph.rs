//! What is wrong with a graph of files: cycles, and references against the order of the rooms.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::modules::Graph;

impl Graph {
    /// How many files there are, and how many references between them.
    pub fn size(&self) -> (usize, usize) {
        let edges = self.edges.values().map(BTreeSet::len).sum();
        (self.edges.len(), edges)
    }

    /// One shortest cycle for each group of files that all reach each other, and the size of
    /// the group.
    pub fn cycles(&self) -> Vec<(Vec<&str>, usize)> {
        let reached: BTreeMap<&str, BTreeSet<&str>> = self
            .edges
            .keys()
            .map(|file| (file.as_str(), self.reached_from(file)))
            .collect();
        let mut seen = BTreeSet::new();
        let mut cycles = Vec::new();
        for (file, there) in &reached {
            if !there.contains(file) || !seen.insert(*file) {
                continue;
            }
            let group: BTreeSet<&str> = there
                .iter()
                .copied()
                .filter(|other| reached[other].contains(file))
                .collect();
            seen.extend(&group);
            let shortest = group.iter().filter_map(|start| self.way_back(start));
            if let Some(cycle) = shortest.min_by_key(Vec::len) {
                cycles.push((cycle, group.len()));
            }
        }
        cycles
    }

    /// References upward, or between rooms of one level; and rooms that are not in the table.
    pub fn violations(&self, levels: &[&[&str]]) -> Vec<String> {
        let level = |file: &str| {
            let room = self.rooms[file].as_str();
            let found = levels.iter().position(|rooms| rooms.contains(&room));
            (room, found)
        };
        let mut found = Vec::new();
        for (file, targets) in &self.edges {
            let (room, Some(own)) = level(file) else {
                found.push(format!("{file}: its room is not in the table"));
                continue;
            };
            for target in targets {
                let (other, there) = level(target);
                if room != other && there.is_some_and(|there| there <= own) {
                    found.push(format!("{file} -> {target}: {room} may not use {other}"));
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

    /// The shortest way from a file to itself.
    fn way_back<'a>(&'a self, start: &'a str) -> Option<Vec<&'a str>> {
        let mut ways = VecDeque::from([vec![start]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            for target in self.targets(way[way.len() - 1]) {
                let longer = [way.as_slice(), &[target]].concat();
                if target == start {
                    return Some(longer);
                }
                if seen.insert(target) {
                    ways.push_back(longer);
                }
            }
        }
        None
    }
}
