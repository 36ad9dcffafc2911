//! The modules of a crate, found in the same way as by the compiler, and the references between
//! their files.

use std::collections::{BTreeMap, BTreeSet};

use crate::tokens::tokens;

/// The name of a module from the crate's root: `["proxy", "call"]`.
type Name = Vec<String>;

/// Files, and the files that each of them refers to. Test code is ignored, and `mod x;` alone isn't
/// a reference.
#[derive(Debug, Default)]
pub struct Graph {
    pub edges: BTreeMap<String, BTreeSet<String>>,
    /// The top-level module of each file: `main` or `lib` for the root.
    pub modules: BTreeMap<String, String>,
}

/// A path in the source: its file, its module, and its segments.
struct Reference {
    file: String,
    module: Name,
    path: Vec<String>,
}

#[derive(Default)]
struct Scan {
    /// The file of each module.
    files: BTreeMap<Name, String>,
    references: Vec<Reference>,
}

impl Graph {
    /// Reads the crate with this root file.
    pub fn read(root: &str, read: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut scan = Scan::default();
        scan.file(root, &Vec::new(), read);
        let mut graph = Self::default();
        for (name, file) in &scan.files {
            let (_, top) = root.rsplit_once('/').unwrap_or(("", root));
            let first = name.first().map(String::as_str);
            let own = first.unwrap_or(top.trim_end_matches(".rs"));
            // An inline module comes after its parent module.
            graph
                .modules
                .entry(file.clone())
                .or_insert_with(|| own.to_owned());
            graph.edges.entry(file.clone()).or_default();
        }
        for reference in &scan.references {
            if let Some(target) = scan.target(reference)
                && target != &reference.file
            {
                let targets = graph.edges.entry(reference.file.clone()).or_default();
                targets.insert(target.clone());
            }
        }
        graph
    }
}

impl Scan {
    fn file(&mut self, file: &str, module: &Name, read: &dyn Fn(&str) -> Option<String>) {
        let source = read(file).unwrap_or_else(|| panic!("{file} cannot be read"));
        self.files.insert(module.clone(), file.to_owned());
        let tokens = tokens(&source);
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        self.items(file, module, &without_tests(&tokens), read);
    }

    fn items(
        &mut self,
        file: &str,
        module: &Name,
        tokens: &[&str],
        read: &dyn Fn(&str) -> Option<String>,
    ) {
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at..] {
                // The path of `pub(in path)` isn't a reference.
                ["pub", "(", ..] => at = closing(tokens, at + 1),
                ["mod", name, ";", ..] => {
                    let child = [module.as_slice(), &[(*name).to_owned()]].concat();
                    let path = child_file(file, module, name, read);
                    self.file(&path, &child, read);
                    at += 3;
                }
                ["mod", name, "{", ..] => {
                    let child = [module.as_slice(), &[(*name).to_owned()]].concat();
                    let end = closing(tokens, at + 2);
                    self.files.insert(child.clone(), file.to_owned());
                    self.items(file, &child, &tokens[at + 3..end - 1], read);
                    at = end;
                }
                [_, "::", ..] if at == 0 || tokens[at - 1] != "::" => {
                    let mut path = Vec::new();
                    at = self.paths(file, module, tokens, at, &mut path);
                }
                // `use name;`: a child module.
                ["use", name, ";", ..] => {
                    self.refer(file, module, &[(*name).to_owned()]);
                    at += 3;
                }
                _ => at += 1,
            }
        }
    }

    /// Reads the path or the tree of paths that starts here, and returns its end.
    fn paths(
        &mut self,
        file: &str,
        module: &Name,
        tokens: &[&str],
        mut at: usize,
        path: &mut Vec<String>,
    ) -> usize {
        let outer = path.len();
        loop {
            match &tokens[at..] {
                ["{", ..] => {
                    let end = closing(tokens, at);
                    at += 1;
                    while at < end - 1 {
                        at = self.paths(file, module, &tokens[..end - 1], at, path);
                        at += usize::from(tokens[at] == ",");
                    }
                    at = end;
                    break;
                }
                [word, "::", rest, ..] if is_name(word) && (is_name(rest) || *rest == "{") => {
                    path.push((*word).to_owned());
                    at += 2;
                }
                [word, ..] => {
                    path.push((*word).to_owned());
                    self.refer(file, module, path);
                    at += 1;
                    break;
                }
                [] => break,
            }
        }
        // `as name`, up to the comma or the end of the group.
        if outer > 0 {
            while at < tokens.len() && tokens[at] != "," {
                at += 1;
            }
        }
        path.truncate(outer);
        at
    }

    fn refer(&mut self, file: &str, module: &Name, path: &[String]) {
        self.references.push(Reference {
            file: file.to_owned(),
            module: module.clone(),
            path: path.to_vec(),
        });
    }

    /// The file of the module that a path refers to, or `None` if it is in another crate.
    fn target(&self, reference: &Reference) -> Option<&String> {
        let mut path = reference.path.iter().map(String::as_str).peekable();
        let mut module = reference.module.clone();
        match path.peek()? {
            &"crate" => {
                path.next();
                module.clear();
            }
            &"self" => {
                path.next();
            }
            &"super" => {
                while path.next_if_eq(&"super").is_some() {
                    module.pop()?;
                }
            }
            // A path that starts with a child module.
            child => {
                let child = [module.as_slice(), &[(*child).to_owned()]].concat();
                self.files.get(&child)?;
            }
        }
        for part in path {
            let child = [module.as_slice(), &[part.to_owned()]].concat();
            if !self.files.contains_key(&child) {
                break;
            }
            module = child;
        }
        self.files.get(&module)
    }
}

fn is_name(token: &str) -> bool {
    token.chars().all(|c| c.is_alphanumeric() || c == '_') || token == "*"
}

/// The position after the bracket that closes this one.
fn closing(tokens: &[&str], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match *token {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The tokens without the items that exist only for tests.
fn without_tests<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at..].starts_with(&["#", "["]) {
            kept.push(tokens[at]);
            at += 1;
            continue;
        }
        let end = closing(tokens, at + 1);
        let attribute = &tokens[at..end];
        at = end;
        if attribute[2] == "cfg" && attribute.contains(&"test") && !attribute.contains(&"not") {
            at = item_end(tokens, at);
        }
    }
    kept
}

/// The end of the item that starts here, including other attributes.
fn item_end(tokens: &[&str], mut at: usize) -> usize {
    while tokens[at..].starts_with(&["#", "["]) {
        at = closing(tokens, at + 1);
    }
    let is_use = tokens[at..].iter().take(2).any(|token| *token == "use");
    while let Some(token) = tokens.get(at) {
        match *token {
            ";" => return at + 1,
            "{" if !is_use => return closing(tokens, at),
            "(" | "[" | "{" => at = closing(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// The file of the module that `mod name;` declares.
fn child_file(
    file: &str,
    module: &Name,
    name: &str,
    read: &dyn Fn(&str) -> Option<String>,
) -> String {
    let (folder, own) = file.rsplit_once('/').unwrap_or(("", file));
    let folder = match own {
        "mod.rs" => folder.to_owned(),
        _ if module.is_empty() => folder.to_owned(),
        _ => format!("{folder}/{}", own.trim_end_matches(".rs")),
    };
    let sibling = format!("{folder}/{name}.rs");
    match read(&sibling) {
        Some(_) => sibling,
        None => format!("{folder}/{name}/mod.rs"),
    }
}
