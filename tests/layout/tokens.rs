//! Splits Rust source into the tokens that paths consist of.

/// Words and `::` are one token each, everything else is single characters. Comments and literals
/// are omitted.
pub fn tokens(source: &str) -> Vec<String> {
    let text: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&now) = text.get(at) {
        let next = text.get(at + 1).copied().unwrap_or(' ');
        at = match now {
            '/' if next == '/' => line_end(&text, at),
            '/' if next == '*' => comment_end(&text, at),
            '"' => string_end(&text, at),
            '\'' => quote_end(&text, at),
            ':' if next == ':' => {
                found.push("::".to_owned());
                at + 2
            }
            _ if is_word(now) => {
                let end = (at..text.len()).find(|end| !is_word(text[*end]));
                let end = end.unwrap_or(text.len());
                let word: String = text[at..end].iter().collect();
                match raw_string_end(&text, &word, end) {
                    Some(end) => end,
                    None if word == "b" && text.get(end) == Some(&'\'') => end,
                    None => {
                        found.push(word);
                        end
                    }
                }
            }
            _ if now.is_whitespace() => at + 1,
            _ => {
                found.push(now.to_string());
                at + 1
            }
        };
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn line_end(text: &[char], at: usize) -> usize {
    (at..text.len())
        .find(|end| text[*end] == '\n')
        .unwrap_or(text.len())
}

fn comment_end(text: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    loop {
        match text.get(at..at + 2) {
            Some(['/', '*']) => (depth, at) = (depth + 1, at + 2),
            Some(['*', '/']) => (depth, at) = (depth - 1, at + 2),
            Some(_) => at += 1,
            None => return text.len(),
        }
        if depth == 0 {
            return at;
        }
    }
}

fn string_end(text: &[char], mut at: usize) -> usize {
    at += 1;
    while let Some(now) = text.get(at) {
        match now {
            '"' => return at + 1,
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// The end of a character literal, or of the quote that starts a lifetime.
fn quote_end(text: &[char], at: usize) -> usize {
    match text.get(at + 1..at + 3) {
        Some(['\\', _]) => (at + 3..text.len())
            .find(|end| text[*end] == '\'')
            .map_or(text.len(), |end| end + 1),
        Some([_, '\'']) => at + 3,
        // The name of the lifetime follows as a word and isn't a path.
        _ => at + 1,
    }
}

/// The end of a raw string that starts with this word.
fn raw_string_end(text: &[char], word: &str, at: usize) -> Option<usize> {
    if !matches!(word, "r" | "br" | "cr") {
        return None;
    }
    let hashes = text[at..].iter().take_while(|c| **c == '#').count();
    let start = at + hashes;
    (text.get(start) == Some(&'"')).then_some(())?;
    let mut closing = vec!['"'];
    closing.resize(hashes + 1, '#');
    let body = &text[start + 1..];
    let end = body
        .windows(closing.len())
        .position(|part| part == closing)?;
    Some(start + 1 + end + closing.len())
}
